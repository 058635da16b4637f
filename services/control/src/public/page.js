// The page: shows what /api/state says, every few seconds, and turns scenarios on. All text comes in as text, never as HTML.

const everyMillis = 4000
const byId = (id) => document.getElementById(id)

/** An element with attributes and children; a child that is undefined is left out. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

const link = (text, href) =>
  href && element('a', { href, target: '_blank', rel: 'noopener' }, `${text} (new tab)`)

async function request(path, init) {
  const response = await fetch(path, init)
  const body = await response.json()
  if (!response.ok) throw new Error(body.detail ?? body.title ?? `HTTP ${response.status}`)
  return body
}

// --- what can be turned on

const scenarios = await request('/api/scenarios')
const titleOf = (name) => scenarios.find((scenario) => scenario.name === name)?.title ?? name

byId('scenarios').append(
  ...scenarios.map(({ name, title, description, alerts }) => {
    const id = `scenario-${name}`
    return element(
      'div',
      { class: 'choice' },
      element('input', {
        type: 'radio',
        name: 'scenario',
        value: name,
        id,
        'aria-describedby': `${id}-text`,
      }),
      element('label', { for: id }, title),
      element(
        'p',
        { id: `${id}-text` },
        element('code', {}, name),
        ` – ${description}`,
        ...(alerts.length > 0 ? [` Sets off ${alerts.join(' and ')}.`] : []),
      ),
    )
  }),
)

// --- what is on

/** Replaces a list's entries only when they have changed: who is reading them, or has one in focus, is not disturbed. */
const shown = new Map()
function show(id, what, entries) {
  const key = JSON.stringify(what)
  if (shown.get(id) === key) return
  shown.set(id, key)
  byId(id).replaceChildren(...entries())
}

function announce(text) {
  byId('announcement').textContent = text
}

const clock = (time) => new Date(time).toLocaleTimeString()

function entry(alert, state, when) {
  return element(
    'li',
    {},
    element('span', { class: `state ${state}` }, state),
    ` ${alert.name} `,
    alert.severity ? `(${alert.severity}) ` : undefined,
    element('time', { datetime: when }, clock(when)),
    element('p', {}, alert.summary),
    link('Runbook', alert.runbook_url) || undefined,
    ' ',
    link('Dashboard', alert.dashboard_url) || undefined,
  )
}

const entries = (list, none, unreachable, make) => () =>
  list === null
    ? [element('li', {}, unreachable)]
    : list.length === 0
      ? [element('li', {}, none)]
      : list.map(make)

let firing

function announceAlerts(alerts) {
  const now = new Set((alerts ?? []).filter(({ state }) => state === 'firing').map(({ name }) => name))
  const began = firing && [...now].filter((name) => !firing.has(name))
  if (began?.length > 0) announce(`Firing: ${began.join(', ')}`)
  if (alerts !== null) firing = now
}

function render(state) {
  const { name, since, applied, problem, rate_per_minute: rate } = state.scenario
  byId('on-title').textContent = titleOf(name)
  byId('on-since').textContent =
    `since ${clock(since)}` +
    (rate === undefined
      ? ''
      : rate > 0
        ? `, about ${rate} calls a minute`
        : '. The traffic generator makes no calls: nothing will happen by itself.')
  const what = state.real_models
    ? 'The services call a real API: scenarios are off.'
    : !applied && `Not applied yet: ${problem}`
  byId('on-problem').hidden = !what
  byId('on-problem').textContent = what || ''
  byId('restore').hidden = name === 'baseline'

  show('expected', state.expected, () =>
    state.expected.map((alert) =>
      element(
        'li',
        {},
        element(
          'span',
          { class: `state ${alert.state}` },
          alert.state === 'inactive' ? 'not yet' : alert.state,
        ),
        ` ${alert.name}`,
      ),
    ),
  )
  const { dashboard, traces, trace } = state.links
  show('links', state.links, () =>
    [
      link('Dashboard', dashboard),
      link('A trace of it', trace),
      link('All traces of it', traces),
      !trace && 'No trace of it yet',
    ]
      .filter(Boolean)
      .map((child) => element('li', {}, child)),
  )
  show(
    'alerts',
    state.alerts,
    entries(state.alerts, 'None is pending or firing.', 'Prometheus does not answer.', (alert) =>
      entry(alert, alert.state, alert.since),
    ),
  )
  show(
    'deliveries',
    state.deliveries,
    entries(state.deliveries, 'Nothing yet.', 'The alert inbox does not answer.', (delivery) =>
      entry(delivery, delivery.status, delivery.received_at),
    ),
  )
  announceAlerts(state.alerts)
  // Once: later it would undo what somebody is choosing.
  if (!document.querySelector('input[name="scenario"]:checked')) byId(`scenario-${name}`).checked = true
}

let latest = 0
async function refresh() {
  const number = ++latest
  try {
    const state = await request('/api/state')
    // An answer that was overtaken says what was.
    if (number === latest) render(state)
  } catch (error) {
    byId('on-problem').hidden = false
    byId('on-problem').textContent = `The control service does not answer: ${error.message}`
  }
}

// --- turning on

let busy = false

// Not by disabling the buttons: the one in focus would lose it.
async function turnOn(name) {
  if (busy) return
  busy = true
  announce(`Turning on: ${titleOf(name)}`)
  try {
    const { applied } = await request('/api/scenario', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    announce(applied ? `On now: ${titleOf(name)}` : `${titleOf(name)}: on as soon as everything answers`)
  } catch (error) {
    announce(`${titleOf(name)}: ${error.message}`)
  }
  busy = false
  byId(`scenario-${name}`).checked = true
  await refresh()
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault()
  const name = new FormData(event.target).get('scenario')
  if (name) void turnOn(name)
})
byId('restore').addEventListener('click', () => void turnOn('baseline'))

for (;;) {
  await refresh()
  await new Promise((resolve) => setTimeout(resolve, everyMillis))
}
