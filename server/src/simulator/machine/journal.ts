/** Integers that can be changed back: what was there before each change is kept until it is taken back or forgotten. */
export class Journal {
  readonly state: Int32Array;
  private places = new Int32Array(1024);
  private values = new Int32Array(1024);
  private length = 0;

  constructor(size: number) {
    this.state = new Int32Array(size);
  }

  set(place: number, value: number): void {
    const old = this.state[place]!;
    if (old === value) return;
    if (this.length === this.places.length) this.grow();
    this.places[this.length] = place;
    this.values[this.length++] = old;
    this.state[place] = value;
  }

  mark(): number {
    return this.length;
  }

  rewind(mark: number): void {
    const { state, places, values } = this;
    for (let i = this.length - 1; i >= mark; i--) state[places[i]!] = values[i]!;
    this.length = mark;
  }

  /** Takes other values and forgets all marks. */
  load(state: Int32Array): void {
    if (state !== this.state) this.state.set(state);
    this.length = 0;
  }

  private grow(): void {
    const places = new Int32Array(this.places.length * 2);
    const values = new Int32Array(places.length);
    places.set(this.places);
    values.set(this.values);
    this.places = places;
    this.values = values;
  }
}
