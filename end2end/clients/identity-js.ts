import {
  AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool, type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import type { Server } from '../support/server';
import type { Client, Delivery, Kind, Outcome } from './client';
import { Keep } from './keep';

export const identityJs: Kind = { unconfirmed: 'UserNotConfirmedException', connect };

type Done<T> = (error: Error | null | undefined, result?: T) => void;

/** The client's callbacks as promises: those with an error first, and those with a handler for each end. */
function promised<T>(call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result as T))));
}
const either = <T>(done: Done<T>) => ({ onSuccess: (result: T) => done(null, result), onFailure: (error: Error) => done(error) });

function connect(server: Server): Client {
  const keep = new Keep();
  const pool = new CognitoUserPool({ UserPoolId: server.pool, ClientId: 'web', endpoint: server.url, Storage: keep });
  const named = (Username: string) => new CognitoUser({ Username, Pool: pool, Storage: keep });
  /** Whoever is signed in, as after the page was loaded again. */
  const current = async () => {
    const user = pool.getCurrentUser();
    if (!user) throw new Error('Nobody is signed in');
    const session = await promised<CognitoUserSession | null>((done) => user.getSession(done));
    return { user, session: session! };
  };
  return {
    keep,
    signUp: async ({ username, password, ...given }) => {
      const list = Object.entries(given).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
      const { codeDeliveryDetails } = await promised<{ codeDeliveryDetails: Delivery }>((done) =>
        pool.signUp(username, password, list, [], done as never));
      return codeDeliveryDetails;
    },
    confirm: async (username, code) => void (await promised((done) => named(username).confirmRegistration(code, true, done))),
    signIn: async (Username, Password) => {
      const details = new AuthenticationDetails({ Username, Password });
      await promised((done) => named(Username).authenticateUser(details, either(done)));
      return 'DONE';
    },
    attributes: async () => {
      const { user } = await current();
      const list = await promised<CognitoUserAttribute[]>((done) => user.getUserAttributes(done as never));
      return Object.fromEntries(list.map((attribute) => [attribute.getName(), attribute.getValue()]));
    },
    update: async (given) => {
      const { user } = await current();
      const list = Object.entries(given).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
      const waiting = await new Promise<Delivery[]>((resolve, reject) => {
        user.updateAttributes(list, (error, _, details) => (error ? reject(error) : resolve(details?.CodeDeliveryDetailsList ?? [])));
      });
      return outcome(Object.keys(given), waiting);
    },
    sendCode: async (attribute) => {
      const { user } = await current();
      await promised((done) => user.getAttributeVerificationCode(attribute, { ...either<string>(done), inputVerificationCode: () => done(null) }));
    },
    verify: async (attribute, code) => {
      const { user } = await current();
      await promised<string>((done) => user.verifyAttribute(attribute, code, either(done)));
    },
    remove: async (names) => {
      const { user } = await current();
      await promised((done) => user.deleteAttributes(names, done as never));
    },
    refresh: async () => {
      const { user, session } = await current();
      await promised((done) => user.refreshSession(session.getRefreshToken(), done));
    },
    signOut: async () => {
      const { user } = await current();
      await promised((done) => user.signOut(() => done(null)));
    },
    signOutEverywhere: async () => {
      const { user } = await current();
      await promised<string>((done) => user.globalSignOut(either(done)));
    },
  };
}

function outcome(names: string[], waiting: Delivery[]): Outcome {
  return Object.fromEntries(names.map((name) => {
    const codeDeliveryDetails = waiting.find(({ AttributeName }) => AttributeName === name);
    return [name, codeDeliveryDetails ? { isUpdated: false, codeDeliveryDetails } : { isUpdated: true }];
  }));
}
