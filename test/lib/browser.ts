import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser of this machine: `CHROMIUM_PATH`, or one in its usual place. Where there is none, undefined. */
export const browserPath = process.env['CHROMIUM_PATH'] || places.find(isExecutable)

/** `describe` where there is a browser. Where there is none, its tests are skipped, and named as such at the end. */
export const describeInBrowser = browserPath === undefined ? describe.skip : describe

/** Starts a headless Chromium; close it. @throws where there is no browser */
export async function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no Chromium on this machine: set CHROMIUM_PATH')
  return chromium.launch({
    executablePath: browserPath,
    args: [
      // Its sandbox does not work as root, and in most containers.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      // It talks to the stack alone: no update checks, no first-run page, no UDP.
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
    ],
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
