/** Uploads without a network, because jsdom's forms cannot pass the mock service worker; the test plays the server. */
export class FakeUpload {
  static newest: FakeUpload | null = null;
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  readonly headers: Record<string, string> = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  status = 0;
  responseText = '';
  address = '';
  form: FormData | null = null;

  open(_method: string, address: URL): void {
    this.address = address.pathname;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  send(form: FormData): void {
    this.form = form;
    FakeUpload.newest = this;
  }

  abort(): void {
    this.onabort?.();
  }

  /** The server has received `loaded` bytes. */
  reportProgress(loaded: number, total: number): void {
    this.upload.onprogress?.({ loaded, total });
  }

  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }

  /** Return the latest upload; throw an error if there is none. */
  static current(): FakeUpload {
    if (FakeUpload.newest === null) throw new Error('Nothing was uploaded.');
    return FakeUpload.newest;
  }
}

/** Replace XMLHttpRequest by fakes for this test. */
export function useFakeUploads(): void {
  FakeUpload.newest = null;
  jest
    .spyOn(window, 'XMLHttpRequest')
    .mockImplementation(() => new FakeUpload() as unknown as XMLHttpRequest);
}
