import type { Workshop } from './lib/workshop.ts'

/** The compose variables that name an image. */
export type ImageVariable =
  | 'COLLECTOR_IMAGE'
  | 'PROMETHEUS_IMAGE'
  | 'ALERTMANAGER_IMAGE'
  | 'TEMPO_IMAGE'
  | 'JAEGER_IMAGE'
  | 'GRAFANA_IMAGE'
  | 'NODE_IMAGE'
  | 'HAPROXY_IMAGE'
  | 'KAFKA_IMAGE'

/**
 * How one stand-in image is made from package registries. A recipe's folder holds this, the Dockerfile with the
 * upstream image's entry point, user and paths, and whatever pins its sources.
 */
export interface Recipe {
  /** Short name: of the folder, of the image and of the log. */
  readonly name: string
  /** None where no compose file names it. */
  readonly variable?: ImageVariable
  /** Files outside the recipe's folder that decide what is built, from the root of the repository. */
  readonly inputs?: readonly string[]
  /**
   * Fills `workshop.context` with what the Dockerfile copies.
   *
   * @returns the version of what was built: the image's tag.
   */
  build(workshop: Workshop): Promise<string>
}
