import type { Component } from 'svelte';
import type { KeyHelp } from '../platform/studio.ts';
import HomePage from './HomePage.svelte';
import { studios } from './studios.ts';

export interface Route {
  readonly path: string;
  /** Of the document and of the navigation. */
  readonly title: string;
  readonly keys: readonly KeyHelp[];
  readonly load: () => Promise<{ default: Component }>;
}

export const homeRoute: Route = {
  path: '/',
  title: 'Home',
  keys: [],
  load: () => Promise.resolve({ default: HomePage }),
};

/** Where the navigation leads besides home, in its order. */
export const routes: readonly Route[] = [
  ...studios.map((studio): Route => ({
    path: `/${studio.id}`,
    title: studio.title,
    keys: studio.keys,
    load: () => studio.load(),
  })),
  { path: '/device', title: 'This device', keys: [], load: () => import('./device/DevicePage.svelte') },
  { path: '/about', title: 'About', keys: [], load: () => import('./about/AboutPage.svelte') },
];

/** The route of a path; undefined is an unknown address. */
export const routeOf = (path: string): Route | undefined =>
  path === homeRoute.path ? homeRoute : routes.find((route) => route.path === path);
