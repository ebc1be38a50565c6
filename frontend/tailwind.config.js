/**
 * The studio's look: Tailwind's own slate for surfaces, emerald for what is primary.
 *
 * @type {import('tailwindcss').Config}
 */
export default {
  content: ['./index.html', './src/**/*.{ts,tsx}'],
  darkMode: 'class',
  theme: { extend: {} },
};
