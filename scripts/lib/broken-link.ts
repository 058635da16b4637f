/** A link of the chain from a call to its numbers is broken: says which, what was seen, and what to do. */
export class BrokenLink extends Error {
  override readonly name = 'BrokenLink'

  constructor(link: string, seen: string, advice: string) {
    super(`Broken: ${link}\n  seen: ${seen}\n  do:   ${advice}`)
  }
}
