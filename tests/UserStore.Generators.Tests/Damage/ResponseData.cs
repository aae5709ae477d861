using System.Globalization;
using System.Net;
using Amazon.Runtime.EventStreams;
using Amazon.Runtime.Internal.Transform;

namespace UserStore.Generators.Tests.Damage;

/// <summary>A response without a checksum, so that its reader alone notices damage.</summary>
/// <param name="status">The status.</param>
/// <param name="length">The length that the headers state.</param>
internal sealed class ResponseData(HttpStatusCode status, long length) : IWebResponseData
{
    public long ContentLength => length;

    public string ContentType => "application/x-amz-json-1.0";

    public HttpStatusCode StatusCode => status;

    public bool IsSuccessStatusCode => status == HttpStatusCode.OK;

    public IHttpResponseBody? ResponseBody => null;

    public string[] GetHeaderNames() => ["Content-Length"];

    public bool IsHeaderPresent(string headerName) => headerName == "Content-Length";

    public string? GetHeaderValue(string headerName) => IsHeaderPresent(headerName) ? length.ToString(CultureInfo.InvariantCulture) : null;

    public IEventStreamHeader GetEventStreamHeader(string headerName) => throw new NotSupportedException();

    public bool IsEventHeaderPresent(string headerName) => false;
}
