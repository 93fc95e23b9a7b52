import { describe, fail, ok, type Result, type StudioError } from '../kernel/result.ts';

export type CameraCode = 'no-camera' | 'camera-refused' | 'camera-busy' | 'insecure';
export type CameraResult<T> = Result<T, StudioError<CameraCode>>;

type AskedCode = Exclude<CameraCode, 'insecure'>;

const WORDS: Readonly<Record<AskedCode, { readonly message: string; readonly hint: string }>> = {
  'no-camera': { message: 'No camera was found.', hint: 'Plug one in.' },
  'camera-busy': {
    message: 'The camera does not answer: another program may be using it.',
    hint: 'Close the other program.',
  },
  'camera-refused': {
    message: 'The browser was not allowed to use the camera.',
    hint: 'Allow it beside the address of this page.',
  },
};
const NAME_TO_CODE: Readonly<Record<string, AskedCode>> = {
  NotFoundError: 'no-camera',
  OverconstrainedError: 'no-camera',
  NotReadableError: 'camera-busy',
  AbortError: 'camera-busy',
};

/** Asks for the camera, without its sound. */
export async function openCamera(video: MediaTrackConstraints): Promise<CameraResult<MediaStream>> {
  const { mediaDevices } = navigator as Partial<Navigator>;
  if (mediaDevices === undefined)
    return isSecureContext
      ? fail('no-camera', 'This browser gives no page a camera.', { hint: 'Try another browser.' })
      : fail('insecure', 'The camera needs a secure address (https, or this device itself).', {
          hint: 'Open this site by https.',
        });
  try {
    return ok(await mediaDevices.getUserMedia({ video }));
  } catch (cause) {
    const code = (cause instanceof DOMException ? NAME_TO_CODE[cause.name] : undefined) ?? 'camera-refused';
    const { message, hint } = WORDS[code];
    return fail(code, message, { hint, retryable: true, cause: describe(cause) });
  }
}
