/** Codes may be asked for again at once: for tests in which somebody would wait for half a minute. */
export const quick = `
[codes]
resend_after = "0s"
`;

/** Nobody signs up without a middle name. */
export const strict = `
[attributes]
required = ["email", "middle_name"]
`;

/** Before that. */
export const lenient = `
[attributes]
required = ["email"]
`;

/** As it comes: half a minute between two codes. */
export const patient = undefined;

/** Codes are worth nothing a few seconds after they were sent: enough to enter one, and not long to wait. */
export const fleeting = `
[codes]
lifetime = "6s"
resend_after = "0s"
`;

/** What is dangerous asks for the password once more, a moment after the sign-in. */
export const wary = `
[sessions]
fresh = "2s"
`;
