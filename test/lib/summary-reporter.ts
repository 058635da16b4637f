import type { Reporter, TestContext, AggregatedResult } from '@jest/reporters'

/** After everything: names each test that was skipped, and closes with one plain line of counts. */
export default class SummaryReporter implements Pick<Reporter, 'onRunComplete'> {
  onRunComplete(_: Set<TestContext>, results: AggregatedResult): void {
    for (const file of results.testResults) {
      for (const { status, fullName } of file.testResults) {
        if (status === 'pending' || status === 'todo') console.log(`skipped: ${fullName}`)
      }
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    console.log(`${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  }
}
