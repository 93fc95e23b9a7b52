import type { StudioDoor } from '../platform/studio.ts';
import { compose } from '../studios/compose/index.ts';
import { doorbell } from '../studios/doorbell/index.ts';
import { look } from '../studios/look/index.ts';

/** The studios that work, in the order of the navigation. One that is not listed here has no address. */
export const studios: readonly StudioDoor[] = [look, compose, doorbell];
