using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using UserStore.Mapping;

namespace UserStore.DynamoDb.Expressions;

/// <summary>The JSON of a request, or of an action of a transaction: written once, and sent unchanged with every attempt. Its buffer is used again
/// after it was disposed of.</summary>
internal sealed class JsonBody : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 4096;
    private const int MaxPooledBytes = 64 * 1024;
    private const int MaxPooled = 64;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly ConcurrentQueue<JsonBody> Pool = new();
    private static int PooledCount;

    private byte[] _buffer = new byte[InitialBytes];
    private int _length;
    private bool _isPooled;

    private JsonBody()
    {
        Json = new Utf8JsonWriter(this, Options);
        Values = new ItemWriter(Json);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Gets the writer of the values of users.</summary>
    public ItemWriter Values { get; }

    /// <summary>Gets the names of the expressions, with the numbers of their placeholders.</summary>
    public Dictionary<string, int> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what was written: the properties of an object, without its braces.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Json.Flush();
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>Gets the number of bytes that were written.</summary>
    public int Length => _length + Json.BytesPending;

    public static JsonBody Rent()
    {
        if (!Pool.TryDequeue(out JsonBody? body))
            return new JsonBody();
        Interlocked.Decrement(ref PooledCount);
        body._isPooled = false;
        return body;
    }

    /// <summary>Writes the properties of another body as an object.</summary>
    public void WriteObject(string name, JsonBody properties)
    {
        Json.WriteStartObject(name);
        Json.Flush();
        this.Write(properties.Written.Span);
        Json.WriteEndObject();
    }

    public void Dispose()
    {
        if (_isPooled || _buffer.Length > MaxPooledBytes || Volatile.Read(ref PooledCount) >= MaxPooled)
            return;
        _length = 0;
        Names.Clear();
        Json.Reset();
        Values.Reset();
        _isPooled = true;
        Interlocked.Increment(ref PooledCount);
        Pool.Enqueue(this);
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Free(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Free(sizeHint).Span;

    private Memory<byte> Free(int sizeHint)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + sizeHint));
        return _buffer.AsMemory(_length);
    }
}
