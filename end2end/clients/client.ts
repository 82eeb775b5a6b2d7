import type { Person } from '../support/people';
import type { Server } from '../support/server';
import type { Keep } from './keep';

/** Where a code went, in the words of the guide. */
export interface Delivery {
  AttributeName?: string;
  DeliveryMedium?: string;
  Destination?: string;
}

/** What became of each attribute of an update, as the guide shows it. */
export type Outcome = Record<string, { isUpdated: boolean; codeDeliveryDetails?: Delivery }>;

/** What the guide does, in the calls of one client. A refusal is the client's own error. */
export interface Client {
  keep: Keep;
  signUp(person: Person): Promise<Delivery>;
  confirm(username: string, code: string): Promise<void>;
  /** In the way that the client takes when it isn't told another; resolves to the next step if there is one. */
  signIn(username: string, password: string): Promise<string>;
  attributes(): Promise<Record<string, string>>;
  update(attributes: Record<string, string>): Promise<Outcome>;
  sendCode(attribute: 'email'): Promise<void>;
  verify(attribute: 'email', code: string): Promise<void>;
  remove(names: string[]): Promise<void>;
  refresh(): Promise<void>;
  signOut(): Promise<void>;
  signOutEverywhere(): Promise<void>;
}

export interface Kind {
  /** What it answers when the account isn't confirmed: a step, or the name of an exception. */
  unconfirmed: string;
  /** A client of this server that nobody has used. */
  connect(server: Server): Client;
}

/** What refused, by its name and its message. */
export async function refusal(call: Promise<unknown>): Promise<[name: string, message: string]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return [error.name, error.message];
    throw error;
  }
  throw new Error('It was not refused');
}

/** Whether it was refused, in whatever way: a client that has no tokens left may say so with a mere text. */
export const isRefused = (call: Promise<unknown>): Promise<boolean> => call.then(() => false, () => true);

/** A request without a client: for what is left when a client has forgotten its tokens. */
export async function wire(server: Server, operation: string, request: object): Promise<{ status: number; body: any }> {
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify(request),
  });
  return { status: answer.status, body: await answer.json() };
}
