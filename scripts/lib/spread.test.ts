import { differences, quantile, spread } from './spread.ts'

describe('spread', () => {
  it('is the same in any order', () => {
    const inOrder = { median: 3, low: 2, high: 4 }

    expect(spread([1, 2, 3, 4, 5])).toEqual(inOrder)
    expect(spread([4, 1, 5, 3, 2])).toEqual(inOrder)
  })

  it('is between two values where none is in the middle', () => {
    expect(spread([10, 20])).toEqual({ median: 15, low: 12.5, high: 17.5 })
  })

  it('does not move for one that is far off', () => {
    expect(spread([1, 2, 3, 4, 5000])).toEqual({ median: 3, low: 2, high: 4 })
  })

  it('sorts numbers as numbers, and leaves them where they were', () => {
    const values = [100, 9, 10]

    expect(spread(values).median).toBe(10)
    expect(values).toEqual([100, 9, 10])
  })

  it('of nothing is an error', () => {
    expect(() => spread([])).toThrow('nothing was measured')
  })
})

describe('quantile', () => {
  it.each([
    [0, 1],
    [1, 101],
    [0.99, 100],
  ])('%d of 1 to 101 is %d', (share, expected) => {
    expect(
      quantile(
        Array.from({ length: 101 }, (_, i) => i + 1),
        share,
      ),
    ).toBeCloseTo(expected, 9)
  })
})

describe('differences', () => {
  it('takes the noise out that met both', () => {
    expect(differences([110, 510, 111], [100, 500, 101])).toEqual([10, 10, 10])
  })

  it('is an error where a round is missing', () => {
    expect(() => differences([1, 2], [1])).toThrow('2 rounds beside 1')
  })
})
