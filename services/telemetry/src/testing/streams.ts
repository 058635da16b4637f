/** Reads to the end. */
export async function readAll(
  stream: AsyncIterable<unknown>,
  each: (item: unknown) => void = () => {},
): Promise<void> {
  for await (const item of stream) each(item)
}

/** Reads one item and leaves the stream, as `break` does. */
export async function readFirst<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of stream) return item
  return undefined
}
