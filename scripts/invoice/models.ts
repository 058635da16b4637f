import { DATE, withoutVersion } from '../../prices/names.ts'
import type { ProviderName } from './report.ts'

/** By the provider's id in the price data set, whose rules take off what says nothing of which model it is. */
const DATA_SET: Record<ProviderName, string> = {
  anthropic: 'anthropic',
  openai: 'openai',
  'gcp.gemini': 'google',
}

/**
 * The provider's name for each model that the kit counted: the same, without a resource path, or the one dated snapshot
 * of the alias. A billing export of Google's names no snapshot or preview: there it is the longest that the name begins with.
 * A model that the provider does not report keeps its name.
 */
export function providersName(
  provider: ProviderName,
  counted: string,
  reported: ReadonlySet<string>,
): string {
  if (reported.has(counted)) return counted
  const name = withoutVersion(counted, DATA_SET[provider])
  if (reported.has(name)) return name
  const dated = [...reported].filter(
    (other) => other.replace(new RegExp(DATE), '') === name && other !== name,
  )
  if (dated.length === 1) return dated[0]!
  if (provider !== 'gcp.gemini') return counted
  const beginnings = [...reported].filter((other) => other !== '' && `${name}-`.startsWith(`${other}-`))
  return beginnings.sort((a, b) => b.length - a.length)[0] ?? counted
}
