// Take the drawing along: as BPMN, as a picture, on paper. Pictures are always on white.
import { t } from './texts.js';

const COLOURS = { '--bpmn-fill': '#ffffff', '--bpmn-stroke': '#475569', '--bpmn-label': '#0f172a' };
const SHARP = 2; // pixels of a PNG for each of the drawing

export function keepExports(session, box) {
  const name = (ending) => `${session.page.key}.${ending}`;
  const deeds = {
    bpmn: async () => save(name('bpmn'), new Blob([await session.xml()], { type: 'application/xml' })),
    svg: async () => save(name('svg'), new Blob([await picture(session)], { type: 'image/svg+xml' })),
    png: async () => save(name('png'), await pixels(await picture(session))),
    print: () => window.print(),
  };
  for (const button of box.querySelectorAll('[data-export]')) {
    button.addEventListener('click', () => {
      button.closest('details')?.removeAttribute('open');
      deeds[button.dataset.export]();
    });
  }
}

async function picture(session) {
  const { svg } = await session.modeler.saveSVG();
  return svg.replace(/var\((--bpmn-\w+)[^)]*\)/g, (all, colour) => COLOURS[colour] ?? all);
}

function pixels(svg) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onerror = () => reject(new Error(t('That did not work.')));
    image.onload = () => {
      const sheet = document.createElement('canvas');
      sheet.width = image.width * SHARP;
      sheet.height = image.height * SHARP;
      const pen = sheet.getContext('2d');
      pen.fillStyle = '#fff';
      pen.fillRect(0, 0, sheet.width, sheet.height);
      pen.drawImage(image, 0, 0, sheet.width, sheet.height);
      sheet.toBlob(resolve, 'image/png');
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}

function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
