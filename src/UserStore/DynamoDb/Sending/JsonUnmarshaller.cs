using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using UserStore.DynamoDb.Items;
using UserStore.Mapping;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads the responses of an operation as JSON; those that are errors, as the SDK does.</summary>
/// <param name="errors">The SDK's reader of the operation.</param>
internal abstract class JsonUnmarshaller<TResult>(JsonResponseUnmarshaller errors) : ResponseUnmarshaller
{
    private readonly CheckedUnmarshaller _errors = new(errors);

    /// <inheritdoc/>
    public override UnmarshallerContext CreateContext(
        IWebResponseData response, bool readEntireResponse, Stream stream, RequestMetrics metrics, bool isException, IRequestContext requestContext)
        => isException
            ? _errors.CreateContext(response, readEntireResponse, stream, metrics, isException, requestContext)
            : new ResponseBody(response, stream);

    /// <inheritdoc/>
    public override AmazonServiceException UnmarshallException(UnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        => _errors.UnmarshallException(input, innerException, statusCode);

    /// <inheritdoc/>
    public override AmazonWebServiceResponse Unmarshall(UnmarshallerContext input)
    {
        var body = (ResponseBody)input;
        var response = new MappedResponse<TResult>();
        try
        {
            ReadOnlySpan<byte> json = body.Read();
            if (!Utf8.IsValid(json)) // also in the names of attributes that are skipped: each may be a damaged one of the type
                throw JsonScanner.Damaged();
            ItemReader reader = NewReader(json);
            ReadResponse(ref reader, response);
            return response;
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            IWebResponseData data = body.ResponseData;
            throw new AmazonUnmarshallingException(data.GetHeaderValue("x-amzn-RequestId"), null, damaged.WithoutText(), data.StatusCode);
        }
    }

    protected virtual ItemReader NewReader(ReadOnlySpan<byte> json) => new(json, layout: null, readsMany: false);

    /// <summary>Reads a property of the response; one that is not read is skipped.</summary>
    protected abstract bool TryRead(ReadOnlySpan<byte> property, ref ItemReader reader, MappedResponse<TResult> response);

    /// <inheritdoc/>
    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException, IRequestContext requestContext)
        => throw new NotSupportedException();

    private void ReadResponse(ref ItemReader reader, MappedResponse<TResult> response)
    {
        reader.Json.BeginObject();
        while (reader.Json.NextProperty(out ReadOnlySpan<byte> property))
        {
            if (reader.Json.TryNull())
                continue; // as if it were absent
            if (property.SequenceEqual("ConsumedCapacity"u8))
                response.Capacity = CapacityIn(reader.Json.Element());
            else if (!TryRead(property, ref reader, response))
                reader.Json.Skip();
        }

        reader.Json.EndDocument();
    }

    // One table, or several in the responses of batches and transactions.
    private static ConsumedCapacity[] CapacityIn(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? [.. json.EnumerateArray().Select(OfTable)]
        : [OfTable(json)];

    private static ConsumedCapacity OfTable(JsonElement json) => new()
    {
        TableName = json.TryGetProperty("TableName", out JsonElement name) ? name.GetString() : null,
        CapacityUnits = json.TryGetProperty("CapacityUnits", out JsonElement units) ? units.GetDouble() : null,
    };

    /// <summary>The body of a response, with the checksum that the SDK compares after it was read.</summary>
    private sealed class ResponseBody : UnmarshallerContext
    {
        private const int MaxInitialBytes = 1024 * 1024;

        private readonly Stream _stream;
        private readonly long _length;
        private byte[] _content = [];

        public ResponseBody(IWebResponseData response, Stream stream)
        {
            WebResponseData = response;
            bool hasLength = long.TryParse(response.GetHeaderValue("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out _length);
            if (hasLength && response.ContentLength == _length && string.IsNullOrEmpty(response.GetHeaderValue("Content-Encoding")))
                SetupCRCStream(response, stream, _length);
            _stream = CrcStream ?? stream;
        }

        /// <inheritdoc/>
        public override string CurrentPath => "";

        /// <inheritdoc/>
        public override int CurrentDepth => 0;

        /// <inheritdoc/>
        public override bool IsStartElement => false;

        /// <inheritdoc/>
        public override bool IsEndElement => false;

        /// <inheritdoc/>
        public override bool IsStartOfDocument => false;

        public ReadOnlySpan<byte> Read()
        {
            // The length is what the other side says: more is rented only for what arrives.
            _content = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(_length + 1, 1024, MaxInitialBytes));
            int length = 0;
            while (_stream.Read(_content, length, _content.Length - length) is > 0 and int read)
            {
                length += read;
                if (length == _content.Length)
                    Grow(length);
            }

            return _content.AsSpan(0, length);
        }

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (_content.Length > 0)
                ArrayPool<byte>.Shared.Return(_content);
            _content = [];
        }

        private void Grow(int length)
        {
            if (length >= ResponseIntegrity.MaxBytes)
                throw new IOException("The response is longer than any of DynamoDB.");
            byte[] longer = ArrayPool<byte>.Shared.Rent(length * 2);
            _content.CopyTo(longer, 0);
            ArrayPool<byte>.Shared.Return(_content);
            _content = longer;
        }
    }
}
