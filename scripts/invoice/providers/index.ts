import type { Day } from '../days.ts'
import type { ProviderName, Report } from '../report.ts'
import { anthropicReport } from './anthropic.ts'
import { geminiReport } from './gemini.ts'
import { openaiReport } from './openai.ts'

/** A provider whose report can be had. */
export interface Source {
  provider: ProviderName
  read: (days: readonly Day[]) => Promise<Report>
  /** How long after a day's end its report may still grow, in hours. */
  growsFor: number
}

/**
 * The providers of which there is a key in the environment, or a file. Keys are taken from there and nowhere else; they
 * go to the provider in a header, and to nobody otherwise.
 */
export function sourcesOf(
  environment: Readonly<Record<string, string | undefined>>,
  options: { anthropicUrl?: string | undefined; openaiUrl?: string | undefined; gemini?: string | undefined },
): Source[] {
  const { ANTHROPIC_ADMIN_KEY: anthropicKey, OPENAI_ADMIN_KEY: openaiKey } = environment
  const { gemini } = options
  const anthropicUrl = options.anthropicUrl ?? 'https://api.anthropic.com'
  const openaiUrl = options.openaiUrl ?? 'https://api.openai.com/v1'
  return [
    ...(anthropicKey
      ? [
          {
            provider: 'anthropic' as const,
            read: (days: readonly Day[]) => anthropicReport(anthropicUrl, anthropicKey, days),
            growsFor: 6,
          },
        ]
      : []),
    ...(openaiKey
      ? [
          {
            provider: 'openai' as const,
            read: (days: readonly Day[]) => openaiReport(openaiUrl, openaiKey, days),
            growsFor: 24,
          },
        ]
      : []),
    ...(gemini
      ? [
          {
            provider: 'gcp.gemini' as const,
            read: (days: readonly Day[]) => geminiReport(gemini, days),
            growsFor: 48,
          },
        ]
      : []),
  ]
}
