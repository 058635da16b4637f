/** A service of a compose file takes every right from its container that none needs, and is bounded. */
export function expectFewRights(
  name: string,
  service: { mem_limit?: string | number; pids_limit?: number },
): void {
  expect({ name, ...service }).toMatchObject({
    name,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
  expect(Number(service.mem_limit)).toBeGreaterThan(0)
  expect(service.pids_limit).toBeGreaterThan(0)
}
