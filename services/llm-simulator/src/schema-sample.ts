/** JSON Schema as tools and output formats carry it; only what the sampler reads is typed. */
export interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  examples?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema | boolean
  minItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  definitions?: Record<string, JsonSchema>
}

/** There is no value that the sampler knows to be valid. */
export class NoSample extends Error {}

/**
 * A value that is valid for a schema, preferably one that a text speaks of: a property whose name ends in "id"
 * gets the text's first word with a digit, an enum the value that the text names, a number the text's first
 * number that is in range, any other string the text itself.
 *
 * Only required properties are filled, or all when none is required.
 *
 * @throws NoSample for a string `pattern` that nothing in the text, the examples or the default matches
 */
export function sampleSchema(schema: JsonSchema, text = ''): unknown {
  return new Sampler(schema, text).sample(schema, '')
}

const formats: Record<string, string> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T12:00:00Z',
  time: '12:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
}

const MAX_DEPTH = 32

class Sampler {
  private readonly root: JsonSchema
  private readonly text: string
  private depth = 0

  constructor(root: JsonSchema, text: string) {
    this.root = root
    this.text = text
  }

  sample(schema: JsonSchema, name: string): unknown {
    if (this.depth > MAX_DEPTH) throw new NoSample('the schema refers to itself')
    this.depth++
    try {
      return this.sampleAny(this.resolve(schema), name)
    } finally {
      this.depth--
    }
  }

  private sampleAny(schema: JsonSchema, name: string): unknown {
    if (schema.const !== undefined) return schema.const
    if (schema.enum) return this.named(schema.enum)
    const options = schema.anyOf ?? schema.oneOf
    if (options) return this.firstPossible(options, name)
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    switch (type ?? (schema.properties ? 'object' : 'string')) {
      case 'object':
        return this.object(schema)
      case 'array': {
        const items = typeof schema.items === 'object' ? schema.items : {}
        return Array.from({ length: schema.minItems ?? 1 }, () => this.sample(items, name))
      }
      case 'integer':
      case 'number':
        return this.number(schema, type === 'integer')
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        return this.string(schema, name)
    }
  }

  private object(schema: JsonSchema): Record<string, unknown> {
    const properties = schema.properties ?? {}
    const names = schema.required?.length ? schema.required : Object.keys(properties)
    return Object.fromEntries(names.map((name) => [name, this.sample(properties[name] ?? {}, name)]))
  }

  private named(values: unknown[]): unknown {
    const said = this.text.toLowerCase()
    return (
      values.find((value) => typeof value === 'string' && said.includes(value.toLowerCase())) ?? values[0]
    )
  }

  private firstPossible(options: JsonSchema[], name: string): unknown {
    for (const option of options) {
      try {
        return this.sample(option, name)
      } catch (error) {
        if (!(error instanceof NoSample)) throw error
      }
    }
    throw new NoSample(`no alternative for ${name}`)
  }

  private number(schema: JsonSchema, isInteger: boolean): number {
    const step = schema.multipleOf ?? (isInteger ? 1 : undefined)
    const isValid = (value: number) =>
      value >= (schema.minimum ?? -Infinity) &&
      value <= (schema.maximum ?? Infinity) &&
      value > (schema.exclusiveMinimum ?? -Infinity) &&
      value < (schema.exclusiveMaximum ?? Infinity) &&
      (step === undefined || Math.abs(value / step - Math.round(value / step)) < 1e-9)
    const said = [...this.text.matchAll(/(?<![\w-])-?\d+(\.\d+)?(?!\w)/g)].map(([number]) => Number(number))
    const low = schema.minimum ?? schema.exclusiveMinimum ?? 0
    const above = step === undefined ? low + 1e-3 : (Math.floor(low / step) + 1) * step
    const value = [...said, 1, low, above, schema.maximum ?? 0].find(isValid)
    if (value === undefined) throw new NoSample('no number in range')
    return value
  }

  private string(schema: JsonSchema, name: string): string {
    const { minLength = 0, maxLength = Infinity } = schema
    const ofFormat = formats[schema.format ?? '']
    const known = [...(schema.examples ?? []), schema.default, ofFormat].filter(
      (value) => typeof value === 'string',
    )
    if (schema.pattern !== undefined) return this.matching(schema.pattern, known)
    if (ofFormat !== undefined) return ofFormat
    const wordWithDigit = /(^|[_\W]|[a-z])ids?$/i.test(name)
      ? /[\w-]*\d[\w-]*/.exec(this.text)?.[0]
      : undefined
    const value = wordWithDigit ?? known[0] ?? (this.text.trim() || 'example')
    return value.slice(0, Math.min(maxLength, 200)).padEnd(minLength, '.')
  }

  private matching(pattern: string, known: string[]): string {
    const expression = toRegExp(pattern)
    const value = [...this.text.split(/[\s,;:!?"'()]+|\.(?=\s|$)/), ...known].find(
      (candidate) => candidate !== '' && expression.test(candidate),
    )
    if (value === undefined) throw new NoSample(`nothing matches ${pattern}`)
    return value
  }

  private resolve(schema: JsonSchema, hops = 0): JsonSchema {
    if (hops > MAX_DEPTH) throw new NoSample('the schema refers to itself')
    const resolved = schema.$ref === undefined ? schema : this.resolve(this.lookUp(schema.$ref), hops + 1)
    if (!resolved.allOf) return resolved
    const { allOf, ...own } = resolved
    return [own, ...allOf.map((part) => this.resolve(part, hops + 1))].reduce((all, part) => ({
      ...all,
      ...part,
      properties: { ...all.properties, ...part.properties },
      required: [...(all.required ?? []), ...(part.required ?? [])],
    }))
  }

  /** @param reference such as `#/$defs/address` */
  private lookUp(reference: string): JsonSchema {
    const path = reference.split('/').slice(1)
    const target = path.reduce<unknown>(
      (node, key) => (node as Record<string, unknown> | undefined)?.[key],
      this.root,
    )
    if (typeof target !== 'object' || target === null) throw new NoSample(`no ${reference}`)
    return target
  }
}

function toRegExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    // Escapes that are needless are errors in Unicode mode.
    return new RegExp(pattern)
  }
}
