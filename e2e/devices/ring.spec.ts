import { DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { test } from '../support/site.ts';
import { speech } from '../support/speech.ts';
import { ARTICLE_PAUSE_SEC, follow, setUp } from './article.ts';
import { Hall, whyNoHall } from './hall.ts';

const why = whyNoHall();
test.skip(why !== '', `nobody to speak or to be told on this machine: ${why}`);

test('Ring now, without a sensor: greeted, recorded, written down on the device, told, kept', async ({
  site,
}) => {
  const hall = new Hall();
  await hall.start();
  try {
    const voice = speech('parcel', 0, ARTICLE_PAUSE_SEC);
    await withMicrophone(
      voice,
      async (context) => {
        const doorbell = new DoorbellPage(await context.newPage());
        await doorbell.open(site.url);
        await setUp(doorbell, 'names and set phrases');
        await doorbell.ring();
        await follow(doorbell, hall, voice, /this is Ana Miller with a parcel/);
      },
      { args: hall.args, env: hall.env, hasProfile: true },
    );
  } finally {
    await hall.close();
  }
});
