/**
 * `describe` for what needs Tempo: TraceQL. Where there is no image of it (test/lib/global-setup.ts looks), its tests are
 * skipped, and named as such at the end.
 */
export const describeTempo = process.env['TEMPO_IMAGE'] ? describe : describe.skip
export const testTempo = process.env['TEMPO_IMAGE'] ? test : test.skip
