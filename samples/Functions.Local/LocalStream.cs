using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Functions.Local;

/// <summary>Reads the stream of a table on a local server, by plain HTTP on loopback only. In AWS, Lambda reads the stream.</summary>
internal sealed class LocalStream(Uri endpoint, string streamArn)
{
    private static readonly HttpClient Http = new();

    private readonly Dictionary<string, string?> _iterators = [];

    /// <summary>Returns the records since the last call; the records of each shard are in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadNewAsync(CancellationToken cancellationToken = default)
    {
        await FindShardsAsync(cancellationToken);
        var records = new List<JsonElement>();
        foreach (string shard in _iterators.Keys)
        {
            int empty = 0;
            while (_iterators[shard] is { } iterator && empty < 2) // an open shard has no end
            {
                JsonElement page = await SendAsync("GetRecords", new { ShardIterator = iterator }, cancellationToken);
                JsonElement[] read = [.. page.GetProperty("Records").EnumerateArray()];
                records.AddRange(read);
                empty = read.Length == 0 ? empty + 1 : 0;
                _iterators[shard] = page.TryGetProperty("NextShardIterator", out JsonElement next) ? next.GetString() : null;
            }
        }

        return records;
    }

    private async Task FindShardsAsync(CancellationToken cancellationToken)
    {
        JsonElement stream = await SendAsync("DescribeStream", new { StreamArn = streamArn }, cancellationToken);
        foreach (JsonElement shard in stream.GetProperty("StreamDescription").GetProperty("Shards").EnumerateArray())
        {
            string id = shard.GetProperty("ShardId").GetString()!;
            if (_iterators.ContainsKey(id))
                continue;
            var begin = new { StreamArn = streamArn, ShardId = id, ShardIteratorType = "TRIM_HORIZON" };
            JsonElement start = await SendAsync("GetShardIterator", begin, cancellationToken);
            _iterators[id] = start.GetProperty("ShardIterator").GetString();
        }
    }

    private async Task<JsonElement> SendAsync(string operation, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", $"DynamoDBStreams_20120810.{operation}");
        // Local servers require a signature but do not verify it.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=local/20300101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local");
        request.Headers.Add("X-Amz-Date", "20300101T000000Z");
        using HttpResponseMessage response = await Http.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement.Clone()
            : throw new HttpRequestException($"{operation}: {text}");
    }
}
