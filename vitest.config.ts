import { defineConfig } from 'vitest/config'

/** The lanes of bin/test. `unit` is what sits beside the source; each folder of test/ is a lane of its name. */
const lanes = ['image', 'host', 'ci', 'kubernetes', 'platforms', 'faults', 'bench']

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      ...lanes.map((lane, i) => ({
        test: {
          name: lane,
          include: [`test/${lane}/**/*.test.ts`],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // These start real servers and measure real time: side by side they would disturb each other.
          fileParallelism: false,
          // One lane after the other, for the same reason.
          sequence: { groupOrder: i + 1 },
        },
      })),
    ],
  },
})
