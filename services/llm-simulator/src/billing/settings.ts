import { z } from 'zod'

const settingsSchema = z.strictObject({
  /** How long after a call the reports know of it. */
  delay_seconds: z.number().min(0),
  /** How many hours after midnight UTC the provider's day begins, though it calls it by that date. 0: as documented. */
  day_begins_hours: z.int().min(-14).max(14),
  /** By the start of a model's name: what it costs, as a multiple of the list price. */
  price_factors: z.record(z.string().min(1), z.number().positive()),
})

type Settings = z.output<typeof settingsSchema>

const defaults: Settings = { delay_seconds: 0, day_begins_hours: 0, price_factors: {} }

/** What `PATCH /billing` takes. */
export const billingPatchSchema = settingsSchema.partial()

/** How the reports of usage and costs differ from the ledger. By default they do not. */
export class Billing {
  private settings = defaults

  patch(patch: z.output<typeof billingPatchSchema>): void {
    this.settings = { ...this.settings, ...patch } as Settings
  }

  reset(): void {
    this.settings = defaults
  }

  toJSON() {
    return this.settings
  }

  get delayMs(): number {
    return this.settings.delay_seconds * 1000
  }

  get dayBeginsMs(): number {
    return this.settings.day_begins_hours * 3_600_000
  }

  priceFactor(model: string): number {
    const prefix = Object.keys(this.settings.price_factors).find((start) => model.startsWith(start))
    return prefix === undefined ? 1 : this.settings.price_factors[prefix]!
  }
}
