import { ArenaPicture } from './arena-picture.ts';
import { FloePicture } from './floe-picture.ts';
import { rememberedName, rememberName } from './player-name.ts';

const name = document.getElementById('name');
if (name instanceof HTMLInputElement) {
  name.value = rememberedName();
  name.addEventListener('input', () => rememberName(name.value));
}

const canvas = document.getElementById('arena-picture');
if (canvas instanceof HTMLCanvasElement) new ArenaPicture(canvas).start();

const svg = document.getElementById('floe-picture');
if (svg instanceof SVGSVGElement) new FloePicture(svg).start();
