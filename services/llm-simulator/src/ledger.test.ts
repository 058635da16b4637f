import { Ledger } from './ledger.ts'
import type { LedgerEntry } from './ledger.ts'

const entry = { endpoint: '/v1/messages' } as Omit<LedgerEntry, 'id'>

test('since gives what came later', () => {
  const ledger = new Ledger()
  for (let i = 0; i < 3; i++) ledger.add(entry)
  expect(ledger.page(1)).toMatchObject({ entries: [{ id: 2 }, { id: 3 }], last_id: 3, dropped: 0 })
})

test('it is bounded and says what it dropped', () => {
  const ledger = new Ledger(10)
  for (let i = 0; i < 100; i++) ledger.add(entry)
  const { entries, dropped, last_id } = ledger.page()
  expect(entries.length).toBeGreaterThanOrEqual(10)
  expect(entries.length).toBeLessThan(11)
  expect(entries.length + dropped).toBe(100)
  expect(last_id).toBe(100)
})

test('clear forgets, ids go on', () => {
  const ledger = new Ledger()
  ledger.add(entry)
  ledger.clear()
  ledger.add(entry)
  expect(ledger.page()).toMatchObject({ entries: [{ id: 2 }], dropped: 0 })
})
