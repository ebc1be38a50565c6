/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/src/test/environment.cjs',
  roots: ['<rootDir>/src'],
  setupFilesAfterEnv: ['<rootDir>/src/test/setup.ts'],
  transform: {
    '^.+\\.(t|j|mj)sx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // These packages are ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(until-async|rettime|@open-draft|marked)/)'],
  moduleNameMapper: { '\\.css$': '<rootDir>/src/test/empty.cjs' },
  clearMocks: true,
  // Long enough for typing tests on a busy machine, and still a limit for a hanging test.
  testTimeout: 30_000,
  // Many small suites gain from every core.
  maxWorkers: '100%',
  collectCoverageFrom: [
    'src/**/*.{ts,tsx}',
    '!src/main.tsx',
    '!src/test/**',
    '!src/types/**',
    '!src/**/*.d.ts',
  ],
  coverageThreshold: { global: { statements: 90, branches: 80, functions: 90, lines: 90 } },
};
