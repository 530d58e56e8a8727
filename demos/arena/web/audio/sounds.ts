/** What can be heard. */
export type SoundName =
  | 'shot'
  | 'hit'
  | 'hurt'
  | 'kill'
  | 'death'
  | 'pickup'
  | 'dash'
  | 'spawn'
  | 'fanfare';

interface Voice {
  readonly wave: OscillatorType;
  /** Hz at the start and at the end. */
  readonly from: number;
  readonly to: number;
  readonly lengthMs: number;
  readonly gain: number;
  readonly delayMs?: number;
}

interface Noise {
  readonly lengthMs: number;
  /** Hz of the low-pass at the start and at the end. */
  readonly from: number;
  readonly to: number;
  readonly gain: number;
}

const SOUNDS: Readonly<Record<SoundName, { voices: readonly Voice[]; noise?: Noise }>> = {
  shot: {
    voices: [{ wave: 'sawtooth', from: 880, to: 170, lengthMs: 95, gain: 0.11 }],
    noise: { lengthMs: 60, from: 5_200, to: 900, gain: 0.12 },
  },
  hit: { voices: [{ wave: 'triangle', from: 1_500, to: 1_050, lengthMs: 60, gain: 0.22 }] },
  hurt: {
    voices: [{ wave: 'square', from: 190, to: 80, lengthMs: 130, gain: 0.16 }],
    noise: { lengthMs: 110, from: 1_600, to: 200, gain: 0.2 },
  },
  kill: {
    voices: [
      { wave: 'triangle', from: 660, to: 660, lengthMs: 90, gain: 0.24 },
      { wave: 'triangle', from: 990, to: 990, lengthMs: 170, gain: 0.24, delayMs: 80 },
    ],
    noise: { lengthMs: 420, from: 1_300, to: 90, gain: 0.3 },
  },
  death: {
    voices: [{ wave: 'sawtooth', from: 320, to: 40, lengthMs: 620, gain: 0.2 }],
    noise: { lengthMs: 720, from: 2_400, to: 60, gain: 0.36 },
  },
  pickup: {
    voices: [523, 659, 784].map((hz, i) => ({
      wave: 'triangle' as const,
      from: hz,
      to: hz,
      lengthMs: 130,
      gain: 0.2,
      delayMs: i * 62,
    })),
  },
  dash: { voices: [], noise: { lengthMs: 210, from: 500, to: 4_800, gain: 0.24 } },
  spawn: { voices: [{ wave: 'sine', from: 220, to: 880, lengthMs: 320, gain: 0.18 }] },
  fanfare: {
    voices: [523, 659, 784, 1_047].map((hz, i) => ({
      wave: 'triangle' as const,
      from: hz,
      to: hz,
      lengthMs: i === 3 ? 620 : 210,
      gain: 0.22,
      delayMs: i * 150,
    })),
  },
};

const MUTED_KEY = 'arena.muted';
/** Sounds farther than this are not heard, in units. */
const HEARING = 1_100;

/** Sounds made from oscillators and noise. Silent until the visitor's first gesture, as browsers demand. */
export class Sounds {
  #context: AudioContext | null = null;
  #out: GainNode | null = null;
  #noise: AudioBuffer | null = null;
  #isMuted = readMuted();

  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Call from within a click, a key or a touch. */
  unlock(): void {
    if (this.#context === null) this.#open();
    if (this.#context?.state === 'suspended') this.#context.resume().catch(() => undefined);
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    if (this.#out !== null) this.#out.gain.value = isMuted ? 0 : 0.55;
    try {
      localStorage.setItem(MUTED_KEY, String(isMuted));
    } catch {
      // Storage may be blocked; then the choice lasts as long as the page.
    }
  }

  /** @param offset - from the listener to the source, in units: farther is quieter, sideways is panned */
  play(name: SoundName, offset: { readonly x: number; readonly y: number } = { x: 0, y: 0 }): void {
    const { closeness, pan } = place(offset);
    if (this.#context === null || this.#out === null || this.#isMuted || closeness <= 0) return;
    const { voices, noise } = SOUNDS[name];
    const panner = new StereoPannerNode(this.#context, { pan });
    const volume = new GainNode(this.#context, { gain: closeness });
    panner.connect(volume).connect(this.#out);
    for (const voice of voices) this.#playVoice(this.#context, voice, panner);
    if (noise !== undefined) this.#playNoise(this.#context, noise, panner);
  }

  #open(): void {
    try {
      this.#context = new AudioContext();
    } catch {
      // No audio device: the game is silent.
      return;
    }
    const compressor = new DynamicsCompressorNode(this.#context, { threshold: -18, ratio: 6 });
    this.#out = new GainNode(this.#context, { gain: this.#isMuted ? 0 : 0.55 });
    this.#out.connect(compressor).connect(this.#context.destination);
    const { sampleRate } = this.#context;
    this.#noise = this.#context.createBuffer(1, sampleRate, sampleRate);
    const samples = this.#noise.getChannelData(0);
    for (let i = 0; i < samples.length; i += 1) samples[i] = Math.random() * 2 - 1;
  }

  #playVoice(context: AudioContext, voice: Voice, out: AudioNode): void {
    const start = context.currentTime + (voice.delayMs ?? 0) / 1_000;
    const end = start + voice.lengthMs / 1_000;
    const oscillator = new OscillatorNode(context, { type: voice.wave });
    oscillator.frequency.setValueAtTime(voice.from, start);
    oscillator.frequency.exponentialRampToValueAtTime(voice.to, end);
    oscillator.connect(envelope(context, voice.gain, start, end)).connect(out);
    oscillator.start(start);
    oscillator.stop(end);
  }

  #playNoise(context: AudioContext, noise: Noise, out: AudioNode): void {
    const start = context.currentTime;
    const end = start + noise.lengthMs / 1_000;
    const source = new AudioBufferSourceNode(context, { buffer: this.#noise, loop: true });
    const filter = new BiquadFilterNode(context, { type: 'lowpass', Q: 1.2 });
    filter.frequency.setValueAtTime(noise.from, start);
    filter.frequency.exponentialRampToValueAtTime(noise.to, end);
    source
      .connect(filter)
      .connect(envelope(context, noise.gain, start, end))
      .connect(out);
    source.start(start, Math.random() * 0.5);
    source.stop(end);
  }
}

function envelope(context: AudioContext, gain: number, start: number, end: number): GainNode {
  const node = new GainNode(context, { gain: 0 });
  node.gain.setValueAtTime(gain, start);
  node.gain.exponentialRampToValueAtTime(0.0008, end);
  return node;
}

function place(offset: { readonly x: number; readonly y: number }): {
  closeness: number;
  pan: number;
} {
  const distance = Math.hypot(offset.x, offset.y);
  return {
    closeness: Math.max(0, 1 - distance / HEARING) ** 1.5,
    pan: Math.max(-0.8, Math.min(0.8, offset.x / 700)),
  };
}

function readMuted(): boolean {
  try {
    return localStorage.getItem(MUTED_KEY) === 'true';
  } catch {
    // Storage may be blocked: sound is on, after the first gesture.
    return false;
  }
}
