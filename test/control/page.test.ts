/** The control page in a real browser, steering the real simulator and the real traffic generator. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { createSimulator } from '@genai-otel-kit/llm-simulator'
import { createLogger } from '@genai-otel-kit/service-kit'
import { createAlertInbox } from '../../services/alert-inbox/src/app.ts'
import { controlApp } from '../../services/control/src/app.ts'
import { scenarios } from '../../services/control/src/scenarios.ts'
import { readSettings as readControlSettings } from '../../services/control/src/settings.ts'
import { Steering } from '../../services/control/src/steering.ts'
import { trafficApp } from '../../services/traffic/src/app.ts'
import { Bursts } from '../../services/traffic/src/bursts.ts'
import { readSettings as readTrafficSettings } from '../../services/traffic/src/settings.ts'
import { Traffic } from '../../services/traffic/src/traffic.ts'
import { describeInBrowser, launchBrowser } from '../lib/browser.ts'

const logger = createLogger('test', { write: () => {} })
const servers: Server[] = []
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let simulator: Awaited<ReturnType<typeof createSimulator>>
let steering: Steering
let browser: Browser
let url: string
let inbox: string
/** What Prometheus says is active. */
let active: object[] = []

const annotations = {
  summary: 'chat-api is slow',
  runbook_url: 'https://example.org/runbook',
  dashboard_url: 'http://localhost:3000/d/genai-overview',
}
const alert = (alertname: string, state: string) => ({
  state,
  activeAt: '2026-11-20T10:00:00Z',
  labels: { alertname, severity: 'warning' },
  annotations,
})

async function start() {
  simulator = await createSimulator()
  const traffic = new Traffic(readTrafficSettings({ TRAFFIC_RATE_PER_MINUTE: '30' }))
  const trafficUrl = await serve(trafficApp(traffic, new Bursts('http://127.0.0.1:9', 'test'), logger))
  inbox = await serve(createAlertInbox(logger))
  // In place of Prometheus, Tempo and Grafana: alerts as this test has them.
  const others = await serve((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (path === '/api/v1/alerts') response.end(JSON.stringify({ data: { alerts: active } }))
    else if (path === '/api/search') response.end(JSON.stringify({ traces: [{ traceID: 'abc123' }] }))
    else response.end('{}')
  })
  const settings = readControlSettings({
    LLM_SIMULATOR_URL: simulator.url,
    TRAFFIC_URL: trafficUrl,
    PROMETHEUS_URL: others,
    TEMPO_URL: others,
    GRAFANA_URL: others,
    ALERT_INBOX_URL: inbox,
  })
  steering = new Steering(simulator.url, trafficUrl, logger)
  steering.start(200)
  url = await serve(controlApp(settings, steering, logger))
}

/** What a page must never have: errors on its console, exceptions, requests to elsewhere. */
let complaints: string[]

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`request to ${request.url()}`)
  })
  await page.goto(url)
  await page.getByRole('radio').first().waitFor()
  return page
}

const isOn = (page: Page, title: string) => page.locator('#on-title', { hasText: title }).waitFor()

describeInBrowser('control page', () => {
  beforeAll(async () => {
    await start()
    browser = await launchBrowser()
  }, 30_000)
  afterAll(async () => {
    await browser.close()
    steering.stop()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await simulator.close()
  })
  beforeEach(async () => {
    complaints = []
    active = []
    await steering.set(scenarios[0]!)
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    expect(complaints).toEqual([])
  })

  test('by mouse: a scenario is chosen and turned on, seen by the simulator, and taken back', async () => {
    const page = await open()
    await isOn(page, 'An ordinary day')
    expect(await page.getByRole('radio').count()).toBe(scenarios.length)
    expect(await page.getByRole('button', { name: 'Back to the ordinary day' }).isVisible()).toBe(false)

    await page.getByRole('radio', { name: 'A model is slow' }).check()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await isOn(page, 'A model is slow')
    expect(await page.getByRole('status').textContent()).toBe('On now: A model is slow')
    expect(simulator.state.behavior.for('claude-sonnet-5').tokens_per_second).toBe(8)

    await page.getByRole('button', { name: 'Back to the ordinary day' }).click()
    await isOn(page, 'An ordinary day')
    expect(simulator.state.behavior.for('claude-sonnet-5').tokens_per_second).toBe(400)
  })

  test('by keyboard alone', async () => {
    const page = await open()
    await isOn(page, 'An ordinary day')
    const radio = page.getByRole('radio', { name: 'An ordinary day' })
    for (let tabs = 0; !(await isFocused(page, radio)); tabs++) {
      if (tabs > 20) throw new Error('the list cannot be reached by Tab')
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    // Choosing is not yet turning on.
    expect(steering.state.scenario.name).toBe('baseline')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await isOn(page, scenarios[2]!.title)
    expect(await page.locator(':focus').textContent()).toBe('Turn on')
    expect(steering.state.scenario).toBe(scenarios[2])
  })

  test('on a phone nothing is wider than the screen, and what is pressed is large enough', async () => {
    const page = await open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })
    active = [alert('LLMTelemetryAbsentWithAVeryLongNameIndeedAsNamesGo', 'firing')]
    await page.locator('#alerts', { hasText: 'LLMTelemetryAbsentWith' }).waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.getByText('A service has gone silent').tap()
    const button = page.getByRole('button', { name: 'Turn on' })
    // In reach without scrolling to the end of the list.
    await button.click({ noWaitAfter: true })
    await isOn(page, 'A service has gone silent')
    for (const shown of await page.getByRole('button').all()) {
      expect((await shown.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    }
  })

  test('pending, firing and delivered alerts, with where to look', async () => {
    const page = await open()
    await page.getByText('None is pending or firing.').waitFor()
    await steering.set(scenarios.find(({ name }) => name === 'slow-model')!)
    active = [alert('LLMHighLatency', 'pending'), alert('LLMRefusals', 'firing')]
    await page.locator('#expected', { hasText: 'pending LLMHighLatency' }).waitFor()
    active = [alert('LLMHighLatency', 'firing')]
    await page.locator('#expected', { hasText: 'firing LLMHighLatency' }).waitFor()
    await page.getByRole('status').getByText('Firing: LLMHighLatency').waitFor()
    expect(await page.locator('#alerts').textContent()).toContain('chat-api is slow')
    const runbook = page.locator('#alerts').getByRole('link', { name: 'Runbook' })
    expect(await runbook.getAttribute('href')).toBe(annotations.runbook_url)
    const trace = page.getByRole('link', { name: 'A trace of it' })
    expect(await trace.getAttribute('href')).toContain('abc123'.padStart(32, '0'))

    await fetch(`${inbox}/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'LLMHighLatency' },
            annotations,
            startsAt: '2026-11-20T10:00:00Z',
            endsAt: '0001-01-01T00:00:00Z',
            fingerprint: 'f',
          },
        ],
      }),
    })
    await page.locator('#deliveries', { hasText: 'firing LLMHighLatency' }).waitFor()

    // Who is on a link when the list is read anew stays there.
    await runbook.focus()
    await page.waitForResponse(/\/api\/state$/)
    await page.waitForResponse(/\/api\/state$/)
    expect(await isFocused(page, runbook)).toBe(true)
  })

  test('what stays away is said', async () => {
    const page = await open()
    await isOn(page, 'An ordinary day')
    const answered = page.waitForResponse((response) => response.request().method() === 'PUT')
    await page.route('**/api/scenario', (route) =>
      route.fulfill({ status: 503, json: { title: 'Not Applied Yet', detail: 'traffic: 503' } }),
    )
    await page.getByRole('radio', { name: 'A key was revoked' }).check()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await answered
    await page.getByRole('status').getByText('A key was revoked: traffic: 503').waitFor()
    // The browser's own line about the status; there is no other.
    expect(complaints.filter((text) => !text.includes('503'))).toEqual([])
    complaints = []
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (colorScheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    active = [alert('LLMHighLatency', 'firing'), alert('LLMRefusals', 'pending')]
    for (const width of [360, 1440]) {
      const page = await open({ colorScheme, viewport: { width, height: 900 } })
      await page.locator('#alerts', { hasText: 'LLMRefusals' }).waitFor()
      const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map(
        ({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`)
      expect(violations).toEqual([])
    }
  })
})

const isFocused = async (page: Page, locator: Locator) =>
  (await locator.and(page.locator(':focus')).count()) === 1
