import type { Look, PictureInfo } from '../state/look.svelte.ts';

/**
 * The address of a picture at full size, while a component shows it. Call it while the component is being set up.
 *
 * @param look the studio
 * @param picture which; follows its changes
 */
export function fullAddress(
  look: Look,
  picture: () => PictureInfo | undefined,
): { readonly address: string | undefined; readonly isOriginal: boolean } {
  let shown = $state.raw<{ address: string; isOriginal: boolean } | undefined>();

  $effect(() => {
    const wanted = picture();
    let address: string | undefined;
    let isCurrent = true;
    shown = undefined;
    if (wanted !== undefined) {
      void look.fullPicture(wanted).then((full) => {
        if (!isCurrent || full === undefined) return;
        address = URL.createObjectURL(full.blob);
        shown = { address, isOriginal: full.isOriginal };
      });
    }
    return () => {
      isCurrent = false;
      if (address !== undefined) URL.revokeObjectURL(address);
    };
  });

  return {
    get address() {
      return shown?.address;
    },
    get isOriginal() {
      return shown?.isOriginal ?? true;
    },
  };
}
