import type { CDPSession, Page } from '@playwright/test';

/** Somebody's device with a screen lock, in software: Chromium's virtual authenticator. */
export class Device {
  private constructor(
    private readonly wire: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<Device> {
    const wire = await page.context().newCDPSession(page);
    await wire.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await wire.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Device(wire, authenticatorId);
  }

  /** Whether it knows its owner again. */
  async recognises(is: boolean): Promise<void> {
    await this.wire.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified: is });
  }

  /** It is taken away. */
  async away(): Promise<void> {
    await this.wire.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.authenticatorId });
    await this.wire.detach();
  }

  /** How many passkeys it holds. */
  async holds(): Promise<number> {
    return (await this.wire.send('WebAuthn.getCredentials', { authenticatorId: this.authenticatorId })).credentials.length;
  }
}

/** A browser that offers no passkeys in the field of the username: there the virtual authenticator answers at once. */
export async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
}
