using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace UserStore.ContractTests.Stores;

/// <summary>Reads the stream of a table of the local server by plain HTTP: no package with the client of streams is at hand.</summary>
internal sealed class TableStream(Uri endpoint)
{
    private static readonly HttpClient Http = new();

    /// <summary>Returns all records that are in the stream by now, those of each shard in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(string arn)
    {
        var records = new List<JsonElement>();
        JsonElement stream = await SendAsync("DescribeStream", new { StreamArn = arn });
        foreach (JsonElement shard in stream.GetProperty("StreamDescription").GetProperty("Shards").EnumerateArray())
        {
            JsonElement start = await SendAsync("GetShardIterator", new
            {
                StreamArn = arn,
                ShardId = shard.GetProperty("ShardId").GetString(),
                ShardIteratorType = "TRIM_HORIZON",
            });
            string? iterator = start.GetProperty("ShardIterator").GetString();
            int empty = 0;
            while (iterator is not null && empty < 2) // an open shard has no end
            {
                JsonElement page = await SendAsync("GetRecords", new { ShardIterator = iterator });
                JsonElement[] read = [.. page.GetProperty("Records").EnumerateArray()];
                records.AddRange(read);
                empty = read.Length == 0 ? empty + 1 : 0;
                iterator = page.TryGetProperty("NextShardIterator", out JsonElement next) ? next.GetString() : null;
            }
        }

        return records;
    }

    private async Task<JsonElement> SendAsync(string operation, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", $"DynamoDBStreams_20120810.{operation}");
        // Local servers want a signature and do not check it.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=local/20300101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local");
        request.Headers.Add("X-Amz-Date", "20300101T000000Z");
        using HttpResponseMessage response = await Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.Should().BeTrue(text);
        return JsonDocument.Parse(text).RootElement.Clone();
    }
}
