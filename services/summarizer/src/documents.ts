/**
 * Documents to summarise: the log books of twelve lighthouses, `log-01` to `log-12`, always the same. Each has some
 * 30,000 characters, about 6,500 tokens: more than any model's least cacheable prompt (4,096 at most).
 */
const stations = [
  ['Skerry Point', 'Barra'],
  ['North Haven', 'Fair Isle'],
  ['Calf Rock', 'Dursey'],
  ['Grey Ness', 'Unst'],
  ['Saltholm', 'Amager'],
  ['Cabo Frio', 'Arraial'],
  ['Ile Vierge', 'Plouguerneau'],
  ['Hook Head', 'Wexford'],
  ['Punta Brava', 'Palma'],
  ['Slettnes', 'Gamvik'],
  ['Kap Arkona', 'Putgarten'],
  ['Mull End', 'Kintyre'],
] as const

const winds = ['north-west', 'west', 'south-west', 'north', 'east', 'south-east'] as const
const strengths = ['a light air', 'a fresh breeze', 'a strong wind', 'half a gale', 'a full gale'] as const
const seas = ['smooth', 'moderate', 'rough', 'very rough', 'high, with a swell from the open sea'] as const
const ships = [
  'the collier Margaret Anne',
  'a brig under reefed topsails',
  'the mail steamer',
  'two herring drifters',
  'a barque with her foremast gone',
  'the tender with stores',
  'a schooner showing no lights',
] as const
const duties = [
  'The lens was cleaned and the brass polished before breakfast',
  'The lamp was trimmed four times in the night and burnt well',
  'The fog horn was sounded at intervals of two minutes until the air cleared',
  'The clockwork was wound each half hour and found to lose a second in the hour',
  'The gallery rail was scraped and given its first coat of red lead',
  'Oil was drawn from the second tank, which stands now at a third',
  'The assistant mended the boat, whose garboard strake was started at the landing',
] as const
const events = [
  'A pane of the lantern was broken by a wild goose and a storm pane set in its place within the quarter hour',
  'The relief could not land and stood off, and the keeper counts flour for eleven days',
  'The telegraph was out from noon, and the harbour master was told by flags',
  'A bottle came ashore with a paper in it that the sea had made unreadable',
  'The inspector came without notice, was four hours at it, and found nothing to write',
  'The well was brackish after the spring tide, and rain water was used',
  'The assistant was taken ill with a fever and the keeper stood both watches',
  'Nothing further to remark',
] as const

/** @returns undefined when there is no such document */
export function findDocument(id: string): string | undefined {
  const number = Number(/^log-(\d\d)$/.exec(id)?.[1])
  const station = stations[number - 1]
  return station && logBook(station, number)
}

function logBook([light, parish]: readonly [string, string], seed: number): string {
  const random = generator(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const entries = Array.from({ length: 75 }, (_, day) => {
    const date = new Date(Date.UTC(1871, 0, 1 + day * 4)).toISOString().slice(0, 10)
    return [
      `${date}. Wind ${pick(winds)}, ${pick(strengths)}; sea ${pick(seas)}.`,
      `Barometer ${(28.4 + random() * 2).toFixed(2)} inches at eight in the morning, and ${pick(['falling', 'steady', 'rising'])}.`,
      `${pick(duties)}. ${pick(duties)}.`,
      `Passed by ${pick(['day', 'night'])}: ${pick(ships)}, bound ${pick(['in', 'out', 'for the roads'])}.`,
      `${pick(events)}.`,
    ].join(' ')
  })
  return [`Log book of the light at ${light}, parish of ${parish}.`, ...entries].join('\n\n')
}

/** mulberry32: small, seeded, good enough for prose. */
function generator(seed: number): () => number {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
