import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** The PostgreSQL server that `scripts/with-postgres` has started. */
const url = process.env.NAMEPLATE_TEST_POSTGRES_URL;

/** A database of its own on that server. */
export interface Database {
  url: string;
  drop(): void;
}

/** Where a program that is under test keeps its data: a new database, or, where there is no such server, its folder. */
export function newDatabase(): Database | undefined {
  if (!url) return undefined;
  const name = `nameplate_${randomBytes(8).toString('hex')}`;
  execFileSync('createdb', [`--maintenance-db=${url}`, name]);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => execFileSync('dropdb', [`--maintenance-db=${url}`, '--force', name]) };
}
