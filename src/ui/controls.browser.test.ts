import { mount, unmount, type Component } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import NumberField from './NumberField.svelte';
import Switch from './Switch.svelte';

let mounted: object | undefined;
afterEach(async () => {
  if (mounted !== undefined) await unmount(mounted);
  mounted = undefined;
});

/** A control whose owner takes nothing that it is told. */
function show<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
): HTMLInputElement {
  document.body.replaceChildren();
  mounted = mount(component, { target: document.body, props });
  const input = document.querySelector('input');
  if (input === null) throw new Error('no control');
  return input;
}

it.each([true, false])(
  'a switch shows the value, also where pressing it changed nothing: %s',
  async (checked) => {
    const onchange = vi.fn();
    const input = show(Switch, { label: 'Notify me', checked, onchange });
    input.click();
    expect(onchange).toHaveBeenCalledWith(!checked);
    await vi.waitFor(() => expect(input.checked).toBe(checked));
  },
);

it.each([
  ['600', 'Not 600: 120 counts (3 to 120).', [600]],
  ['', 'No number: 120 counts (3 to 120).', []],
  ['120', '', [120]],
])('a number field shows what counts: typed “%s”', async (typed, note, heard) => {
  const onchange = vi.fn();
  const input = show(NumberField, { label: 'Record for', value: 120, min: 3, max: 120, onchange });
  input.value = typed;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await vi.waitFor(() => expect(document.querySelector('[aria-live]')?.textContent).toBe(note));
  expect(input.value).toBe('120');
  expect(onchange.mock.calls.flat()).toEqual(heard);
});
