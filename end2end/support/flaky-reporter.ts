import { relative } from 'node:path';
import type { FullConfig, Reporter, Suite, TestCase } from '@playwright/test/reporter';
import { flaky } from '../flaky';

/** Fails a run in which a test passed only at a later try, unless it stands in the list with a reason. */
export default class FlakyReporter implements Reporter {
  private root = '';
  private tests: TestCase[] = [];

  onBegin(config: FullConfig, suite: Suite) {
    this.root = config.configFile ? config.configFile.replace(/[^/\\]*$/, '') : config.rootDir;
    this.tests = suite.allTests();
  }

  async onEnd(): Promise<{ status: 'failed' } | undefined> {
    const names = this.tests.filter((test) => test.outcome() === 'flaky').map((test) => this.name(test));
    const unlisted = names.filter((name) => !flaky[name]);
    if (unlisted.length === 0) return undefined;
    console.error('Passed only at a later try, and not listed in end2end/flaky.ts:');
    for (const name of unlisted) console.error(`  ${name}`);
    return { status: 'failed' };
  }

  private name(test: TestCase): string {
    const [, , , ...titles] = test.titlePath(); // without the root, the project and the file
    return [relative(this.root, test.location.file), ...titles].join(' › ');
  }
}
