/** Whether a version is older than another, by its numbers; what follows them (`b1`, `-rc.2`) is not looked at. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => (text.match(/\d+(\.\d+)*/)?.[0] ?? '').split('.').map(Number))
  for (let i = 0; i < Math.max(a!.length, b!.length); i++) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
