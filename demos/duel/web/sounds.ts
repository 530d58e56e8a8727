// All sounds are made here, of oscillators and noise; nothing is loaded. Browsers start audio only after a gesture.

const MUTED_KEY = 'meridian.muted';

export class Sounds {
  #context: AudioContext | null = null;
  #out: GainNode | null = null;
  #noise: AudioBuffer | null = null;
  #isMuted: boolean;

  constructor() {
    this.#isMuted = readMuted();
    const wake = () => void this.#open()?.resume();
    window.addEventListener('pointerdown', wake, { once: true });
    window.addEventListener('keydown', wake, { once: true });
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  set isMuted(isMuted: boolean) {
    this.#isMuted = isMuted;
    try {
      localStorage.setItem(MUTED_KEY, isMuted ? '1' : '0');
    } catch {
      // Storage is blocked: the choice then lasts as long as the page.
    }
  }

  choose(): void {
    this.#tone({ hz: 880, toHz: 990, seconds: 0.07, gain: 0.09, type: 'sine' });
  }

  refuse(): void {
    this.#tone({ hz: 170, toHz: 120, seconds: 0.16, gain: 0.12, type: 'triangle' });
  }

  /** The lantern's hiss over the ice, then the hex that gives way. */
  glide(durationMs: number): void {
    const seconds = Math.max(0.18, durationMs / 1_000);
    this.#hiss({ fromHz: 5_200, toHz: 2_400, seconds, gain: 0.07, delay: 0 });
    this.#hiss({ fromHz: 900, toHz: 180, seconds: 0.28, gain: 0.22, delay: seconds * 0.45 });
    this.#tone({ hz: 210, toHz: 62, seconds: 0.5, gain: 0.16, type: 'sine', delay: seconds * 0.5 });
  }

  yourTurn(): void {
    this.#chord([659, 988], 0.09, 0.4, 0.05);
  }

  tick(): void {
    this.#tone({ hz: 1_400, toHz: 1_300, seconds: 0.035, gain: 0.07, type: 'square' });
  }

  win(): void {
    this.#chord([523, 659, 784, 1_047, 1_319], 0.11, 1.1, 0.08);
  }

  lose(): void {
    this.#chord([392, 330, 262, 196], 0.16, 1, 0.07);
  }

  #chord(pitches: readonly number[], stepSeconds: number, seconds: number, gain: number): void {
    pitches.forEach((hz, index) => {
      this.#tone({ hz, toHz: hz, seconds, gain, type: 'triangle', delay: index * stepSeconds });
    });
  }

  #tone(tone: {
    readonly hz: number;
    readonly toHz: number;
    readonly seconds: number;
    readonly gain: number;
    readonly type: OscillatorType;
    readonly delay?: number;
  }): void {
    const context = this.#audible();
    if (context === null) return;
    const startsAt = context.currentTime + (tone.delay ?? 0);
    const oscillator = new OscillatorNode(context, { type: tone.type, frequency: tone.hz });
    oscillator.frequency.exponentialRampToValueAtTime(tone.toHz, startsAt + tone.seconds);
    oscillator.connect(this.#fade(context, startsAt, tone.seconds, tone.gain));
    oscillator.start(startsAt);
    oscillator.stop(startsAt + tone.seconds);
  }

  #hiss(hiss: {
    readonly fromHz: number;
    readonly toHz: number;
    readonly seconds: number;
    readonly gain: number;
    readonly delay: number;
  }): void {
    const context = this.#audible();
    if (context === null) return;
    const startsAt = context.currentTime + hiss.delay;
    const source = new AudioBufferSourceNode(context, {
      buffer: this.#noiseOf(context),
      loop: true,
    });
    const filter = new BiquadFilterNode(context, {
      type: 'bandpass',
      frequency: hiss.fromHz,
      Q: 0.9,
    });
    filter.frequency.setValueAtTime(hiss.fromHz, startsAt);
    filter.frequency.exponentialRampToValueAtTime(hiss.toHz, startsAt + hiss.seconds);
    source.connect(filter).connect(this.#fade(context, startsAt, hiss.seconds, hiss.gain));
    source.start(startsAt);
    source.stop(startsAt + hiss.seconds);
  }

  #fade(context: AudioContext, startsAt: number, seconds: number, peak: number): GainNode {
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0.0001, startsAt);
    gain.gain.exponentialRampToValueAtTime(peak, startsAt + Math.min(0.02, seconds / 4));
    gain.gain.exponentialRampToValueAtTime(0.0001, startsAt + seconds);
    gain.connect(this.#out ?? context.destination);
    return gain;
  }

  #noiseOf(context: AudioContext): AudioBuffer {
    if (this.#noise !== null) return this.#noise;
    const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let index = 0; index < samples.length; index++) samples[index] = Math.random() * 2 - 1;
    this.#noise = buffer;
    return buffer;
  }

  /** @returns null while nothing may be heard */
  #audible(): AudioContext | null {
    if (this.#isMuted || this.#context === null || this.#context.state !== 'running') return null;
    return this.#context;
  }

  #open(): AudioContext | null {
    if (this.#context !== null || !('AudioContext' in window)) return this.#context;
    this.#context = new AudioContext();
    this.#out = new GainNode(this.#context, { gain: 0.8 });
    this.#out.connect(this.#context.destination);
    return this.#context;
  }
}

function readMuted(): boolean {
  try {
    return localStorage.getItem(MUTED_KEY) === '1';
  } catch {
    return false;
  }
}
