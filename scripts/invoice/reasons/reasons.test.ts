/** Each reason, provoked in the simulator's ledger, is named, for both providers; where nothing is done, nothing differs. */
import { compare, differs, TOOLS } from '../compare.ts'
import { type Day, DAY, dayOf, HOUR, startOf } from '../days.ts'
import { addUp, type Counted, nothing } from '../kit.ts'
import { keyId } from '../../../services/llm-simulator/src/billing/key-id.ts'
import { Bills, DAY_BEFORE, NEW_MODEL, NOON, type Provider } from '../test-support.ts'
import { explain } from './explain.ts'
import { type Evidence, REASONS, type ReasonName } from './reason.ts'

let bills: Bills
beforeAll(async () => {
  bills = await Bills.start()
})
afterEach(() => bills.reset())
afterAll(() => bills.close())

const provoked = new Set<ReasonName>()

/** Compares and explains: by model, the reasons and the difference in USD. */
async function reasonsOf(
  provider: Provider,
  counted: readonly Counted[],
  more: Partial<Omit<Evidence, 'report' | 'rows'>> & { days?: Day[] } = {},
) {
  const { days = [DAY_BEFORE], ...known } = more
  const report = await bills.report(provider, days)
  const inside = counted.filter(({ hour }) => days.includes(dayOf(hour)))
  const rows = compare(report, inside, days)
  const evidence: Evidence = {
    report,
    rows,
    around: counted,
    atMidnight: new Map(),
    silent: new Set(),
    duplicates: 0,
    overflowed: 0,
    ownKeys: undefined,
    reportedUntil: Date.now(),
    ...known,
  }
  const named = rows.map((row) => ({ row, reasons: explain(row, evidence) }))
  for (const { reasons } of named) for (const { name } of reasons) provoked.add(name)
  return named.map(({ row, reasons }) => ({
    row,
    differs: differs(row),
    names: reasons.map(({ name }) => name),
    texts: reasons.map(({ text }) => text).join('; '),
  }))
}

const tokens = { uncached: 1000, cacheRead: 400, output: 200 }

describe.each(['anthropic', 'openai'] as const)('%s', (provider) => {
  const write = provider === 'anthropic' ? { cacheWrite5m: 300, cacheWrite1h: 70 } : {}
  const call = (of: Partial<Parameters<Bills['call']>[0]> = {}) =>
    bills.call({ provider, tokens: { ...tokens, ...write }, ...of })

  test('an untouched day: no difference, to the token and to the last digit of the list price', async () => {
    const other = provider === 'anthropic' ? 'claude-opus-4-8' : 'text-embedding-3-small'
    const counted = [
      ...Array.from({ length: 50 }, (_, i) =>
        call({ at: NOON + i * 60_000, tokens: { ...tokens, ...write, output: i } }),
      ),
      call({ model: other, tokens: { uncached: 77 } }),
      call({ key: 'key-b' }),
    ]
    const rows = await reasonsOf(provider, counted)
    expect(rows.map(({ names, differs: off }) => ({ names, off }))).toEqual([
      { names: [], off: false },
      { names: [], off: false },
    ])
    for (const { row } of rows) {
      expect(Math.abs(row.difference.usd)).toBeLessThan(1e-9)
      expect(row.difference.usage).toEqual({
        uncached: 0,
        cacheRead: 0,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: 0,
      })
      expect(row.reported.requests).toBe(provider === 'openai' ? row.counted.requests : undefined)
    }
    expect(rows.reduce((sum, { row }) => sum + row.reported.usd, 0)).toBeGreaterThan(0.01)
  })

  test('calls that are not instrumented', async () => {
    const counted = [call(), call()]
    call({ tokens: { uncached: 5, output: 6 } })
    const [row] = await reasonsOf(provider, counted)
    expect(row).toMatchObject({
      names: ['not_instrumented'],
      texts: expect.stringContaining('some calls') as string,
    })
    expect(row!.row.difference.usage).toMatchObject({ uncached: 5, cacheRead: 0, output: 6 })
    bills.reset()
    call()
    expect(await reasonsOf(provider, [])).toMatchObject([
      { names: ['not_instrumented'], texts: expect.stringContaining('no call of this model') as string },
    ])
  })

  test('a key that is used elsewhere', async () => {
    const counted = [call(), call()]
    call({ key: 'laptop' })
    call({ key: 'laptop', tokens: { output: 9 } })
    expect(await reasonsOf(provider, counted)).toMatchObject([
      { names: ['other_key'], texts: expect.stringContaining(keyId(provider, 'laptop')) as string },
    ])
    // Two of them.
    call({ key: 'notebook' })
    expect(await reasonsOf(provider, counted)).toMatchObject([
      { names: ['other_key'], texts: expect.stringContaining(keyId(provider, 'notebook')) as string },
    ])
    // A key of which other calls were counted is one of ours.
    const model = provider === 'anthropic' ? 'claude-opus-4-8' : 'gpt-4.1-2025-04-14'
    const ours = [call({ key: 'laptop', model }), call({ key: 'notebook', model })]
    expect(await reasonsOf(provider, [...counted, ...ours])).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ names: ['not_instrumented'] })]) as object,
    )
    // Unless it is said whose they are.
    const ownKeys = new Set([keyId(provider, 'key-a')])
    expect(await reasonsOf(provider, [...counted, ...ours], { ownKeys })).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ names: ['other_key'] })]) as object,
    )
  })

  test('calls from the provider’s own console, which have no key', async () => {
    const counted = [call(), call()]
    call({ key: null, tokens: { output: 4 } })
    expect(await reasonsOf(provider, counted)).toMatchObject([
      { names: ['other_key'], texts: expect.stringContaining('console') as string },
    ])
  })

  test('a batch, at half the price', async () => {
    const counted = [call(), call()]
    const whole = addUp([call({ batch: true })])
    const [row] = await reasonsOf(provider, counted)
    expect(row).toMatchObject({ names: ['batch'] })
    expect(row!.row.difference.usd).toBeCloseTo((whole.cost.input + whole.cost.output) / 2, 9)
  })

  test('a model that has no price here', async () => {
    const counted = call({ model: NEW_MODEL[provider] })
    const unpriced = { ...counted, cost: nothing().cost, unpriced: 1 }
    expect(await reasonsOf(provider, [unpriced])).toMatchObject([
      { names: ['unpriced'], texts: expect.stringContaining('1 calls have no price') as string },
    ])
    // And a call more that was not counted.
    call({ model: NEW_MODEL[provider], tokens: { output: 1 } })
    expect(await reasonsOf(provider, [unpriced])).toMatchObject([{ names: ['not_instrumented', 'unpriced'] }])
  })

  test('a price that changed', async () => {
    const counted = [call()]
    bills.state.billing.patch({ price_factors: { [counted[0]!.model.slice(0, 8)]: 1.5 } })
    expect(await reasonsOf(provider, counted)).toMatchObject([
      { names: ['price'], texts: expect.stringContaining('1.5 times') as string },
    ])
  })

  test.each([8, -5])('days that begin %i hours from midnight UTC', async (hours) => {
    const days = [dayOf(NOON - DAY), DAY_BEFORE, dayOf(NOON + DAY)]
    // A call each hour, each with other tokens.
    const counted = Array.from({ length: 5 * 24 }, (_, hour) =>
      call({
        at: startOf(days[0]!) - DAY + hour * HOUR + 60_000,
        tokens: { uncached: 100 + hour * hour, output: hour + 1 },
      }),
    )
    expect((await reasonsOf(provider, counted, { days })).flatMap(({ names }) => names)).toEqual([])
    bills.state.billing.patch({ day_begins_hours: hours })
    const rows = await reasonsOf(provider, counted, { days })
    expect(rows.map(({ names }) => names)).toEqual([['time_zone'], ['time_zone'], ['time_zone']])
    expect(rows[0]!.texts).toContain(
      hours === 8 ? 'begin at 08:00 UTC' : 'begin at 19:00 UTC of the day before',
    )
    // One day alone tells it as well.
    expect(await reasonsOf(provider, counted, { days: [DAY_BEFORE] })).toMatchObject([
      { names: ['time_zone'] },
    ])
  })

  test('a call around midnight', async () => {
    const late = call({ at: startOf(DAY_BEFORE) - 2000 })
    const counted = [call(), { ...late, hour: startOf(DAY_BEFORE) }]
    const atMidnight = new Map([[DAY_BEFORE, late.usage]])
    expect(await reasonsOf(provider, counted, { atMidnight })).toMatchObject([{ names: ['midnight'] }])
  })

  test('a report that is not whole yet, and one that never will be', async () => {
    const today = dayOf(Date.now())
    const at = Date.now() - 1000
    const counted = [call({ at, tokens: { uncached: 10, output: 3 } }), call({ at })]
    bills.state.billing.patch({ delay_seconds: 3600 })
    const days = [dayOf(at)]
    const recent = { days, reportedUntil: startOf(today) - HOUR }
    expect(await reasonsOf(provider, counted, recent)).toMatchObject([{ names: ['delay'] }])
    expect(await reasonsOf(provider, counted, { days, reportedUntil: Date.now() + 2 * DAY })).toMatchObject([
      { names: ['not_billed'] },
    ])
    expect(
      await reasonsOf(provider, counted, { days, reportedUntil: Date.now() + 2 * DAY, duplicates: 3 }),
    ).toMatchObject([{ names: ['counted_twice'] }])
  })

  test('streams that were left, labels that overflowed, days without telemetry', async () => {
    const whole = call()
    const left = { ...whole, usage: { ...whole.usage, output: 0 }, incomplete: 1 }
    expect(await reasonsOf(provider, [left])).toMatchObject([{ names: ['incomplete'] }])
    expect(await reasonsOf(provider, [{ ...left, incomplete: 0 }], { overflowed: 2 })).toMatchObject([
      { names: ['overflow'] },
    ])
    expect(await reasonsOf(provider, [], { silent: new Set([DAY_BEFORE]) })).toMatchObject([
      { names: ['no_telemetry'] },
    ])
  })

  test('more of one and less of another', async () => {
    const counted = call()
    const wrong = { ...counted, usage: { ...counted.usage, uncached: 1400, cacheRead: 0 } }
    expect(await reasonsOf(provider, [wrong])).toMatchObject([{ names: ['unknown'] }])
  })
})

test('the priority tier is not in Anthropic’s costs', async () => {
  const counted = bills.call({ provider: 'anthropic', tier: 'priority', tokens })
  expect(await reasonsOf('anthropic', [counted])).toMatchObject([{ names: ['priority_tier'] }])
})

test('the provider’s own tools', async () => {
  bills.call({ provider: 'anthropic', tokens })
  const { entries } = bills.state.ledger.page()
  Object.assign(entries[0]!.usage!, { server_tool_use: { web_search_requests: 2 } })
  const counted = {
    ...bills.call({ provider: 'anthropic', tokens: {} }),
    usage: { ...nothing().usage, ...tokens },
  }
  counted.cost.input = 0.00104
  counted.cost.output = 0.001
  const rows = await reasonsOf('anthropic', [counted])
  expect(rows).toMatchObject([
    {
      row: { model: TOOLS, reported: { usd: 0.02 } },
      names: ['tools'],
      texts: expect.stringContaining('Web Search') as string,
    },
    { names: [] },
  ])
  // A price of 10 USD for a thousand searches, which the kit has as well where calls tell them.
  counted.cost.server_tools = 0.02
  expect((await reasonsOf('anthropic', [counted])).flatMap(({ names }) => names)).toEqual([])
})

test('every reason was provoked', () => {
  expect(REASONS.filter((name) => !provoked.has(name))).toEqual([])
})
