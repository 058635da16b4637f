import tseslint from 'typescript-eslint'
import yml from 'eslint-plugin-yml'

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '.cache/',
      'test-output/',
      'dist/',
      'rendered/',
      'scripts/collector/minimal.yaml',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Express and Jest take promises where a void is expected, and handle them.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: ['**/*.yaml', '**/*.yml'],
    extends: [yml.configs['flat/recommended'], yml.configs['flat/prettier']],
  },
)
