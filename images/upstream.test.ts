import { COMPOSE_FILES, imageDefaults, upstreamImages } from './upstream.ts'
import { recipes } from './build.ts'

test('takes the default of each image variable, and no other variable', () => {
  const text = 'image: ${TEMPO_IMAGE:-grafana/tempo:3.0.3}\nimage: x/y:1\nports: ["${TEMPO_PORT:-3200}:3200"]'
  expect(imageDefaults(text)).toEqual(new Map([['TEMPO_IMAGE', 'grafana/tempo:3.0.3']]))
})

test('the compose files have a fixed tag for every image that has a recipe, and for Grafana and Tempo', async () => {
  const images = await upstreamImages([...COMPOSE_FILES, 'docker-compose.kafka.yml'])
  for (const variable of [
    ...recipes.map((recipe) => recipe.variable),
    'GRAFANA_IMAGE',
    'TEMPO_IMAGE',
  ] as const) {
    expect(images.get(variable!)).toMatch(/:v?\d/)
  }
})
