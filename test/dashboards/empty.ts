/**
 * Panels, variables and annotations that may have nothing to show after the stack's own tests, by title, and why. All
 * others have to answer.
 */
export const mayBeEmpty: Readonly<Record<string, string>> = {
  'Firing alerts': 'alerts fire after minutes, and only where something is wrong',
  'Which alerts fire?': 'alerts fire after minutes, and only where something is wrong',
  'Top movers': 'compares with the time before, when there was no stack',
  'Spend of 24 h against the usual': 'needs nine days of data',
  'What is reported twice?': 'the Collector looks at some calls only',
  'Refused, and not sent': 'nothing is refused while all is well',
  'Why spans are thrown away': 'nothing is thrown away while all is well',
  'Which invoice differs?': 'no invoice is compared on the stack',
  'Why does it?': 'no invoice is compared on the stack',
  Yesterday: 'in a browser it asks for yesterday',
}

/** Recorded every five minutes, which a stack of some minutes may not have seen yet; promtool proves these rules. */
export const recordedLater = /:increase5m/
