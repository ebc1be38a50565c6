/**
 * The studio's look uses Tailwind's own colours: slate for surfaces, emerald for primary elements.
 *
 * @type {import('tailwindcss').Config}
 */
export default {
  content: ['./index.html', './src/**/*.{ts,tsx}'],
  darkMode: 'class',
  theme: { extend: {} },
};
