/** What this browser can do, asked for without asking the person for anything. */
export interface Capability {
  readonly name: string;
  readonly state: 'yes' | 'no' | 'needs-secure-origin';
  /** What it is good for here, or what is used instead. */
  readonly detail: string;
}

/** The smallest module that only an engine with SIMD accepts: one function that returns a v128 constant, dropped. */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);

/** Whether WebAssembly has its 128-bit instructions. */
export const hasWasmSimd = (): boolean => WebAssembly.validate(SIMD_MODULE);

interface Question {
  readonly name: string;
  readonly has: boolean;
  /** Browsers hide it on http addresses other than localhost. */
  readonly secureOnly: boolean;
  readonly yes: string;
  readonly no: string;
}

const inNavigator = (...names: readonly string[]): boolean => names.some((name) => name in navigator);
const inWindow = (...names: readonly string[]): boolean => names.some((name) => name in window);

/** Whether WebGPU has a device behind it. It takes a moment: a process of its own may have to start. */
export async function hasGpuAdapter(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  return (await navigator.gpu.requestAdapter()) !== null;
}

/**
 * Every capability, in the order to show them.
 *
 * @param hasGpu what `hasGpuAdapter` answered
 */
export function capabilities(hasGpu: boolean): readonly Capability[] {
  const questions: readonly Question[] = [
    {
      name: 'WebAssembly SIMD',
      has: hasWasmSimd(),
      secureOnly: false,
      yes: 'Networks run at full speed.',
      no: 'Networks run several times slower.',
    },
    {
      name: 'WebGPU',
      has: hasGpu,
      secureOnly: true,
      yes: 'Used for networks where it is faster here than the processor.',
      no: 'Networks run on the processor.',
    },
    {
      name: 'Offline use',
      has: inNavigator('serviceWorker'),
      secureOnly: true,
      yes: 'After the first visit Atelier opens without a network.',
      no: 'The site and its models are fetched again on each visit.',
    },
    {
      name: 'Folders',
      has: inWindow('showDirectoryPicker'),
      secureOnly: true,
      yes: 'Look can remember a folder and find what is new in it.',
      no: 'Folders are read once; small copies of the pictures are kept.',
    },
    {
      name: 'Camera and microphone',
      has: inNavigator('mediaDevices'),
      secureOnly: true,
      yes: 'Asked for when you press the button that needs them.',
      no: 'Not available.',
    },
    {
      name: 'MIDI keyboards',
      has: inNavigator('requestMIDIAccess'),
      secureOnly: true,
      yes: 'Available.',
      no: 'Not available.',
    },
    {
      name: 'Web Serial',
      has: inNavigator('serial'),
      secureOnly: true,
      yes: 'Devices on a cable can be reached.',
      no: 'Not available.',
    },
    {
      name: 'Web Bluetooth',
      has: inNavigator('bluetooth'),
      secureOnly: true,
      yes: 'Devices nearby can be reached.',
      no: 'Not available.',
    },
    {
      name: 'Spoken voices',
      has: inWindow('speechSynthesis'),
      secureOnly: false,
      yes: 'Available.',
      no: 'Not available.',
    },
    {
      name: 'Speech recognition',
      has: inWindow('SpeechRecognition', 'webkitSpeechRecognition'),
      secureOnly: false,
      yes: 'The browser’s own; it may send audio to its maker.',
      no: 'Not available.',
    },
  ];
  return questions.map(({ name, has, secureOnly, yes, no }): Capability => {
    if (has) return { name, state: 'yes', detail: yes };
    const isHidden = secureOnly && !window.isSecureContext;
    return { name, state: isHidden ? 'needs-secure-origin' : 'no', detail: no };
  });
}
