using System.Net;
using System.Reflection;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Moq;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Every reader of the SDK comes to an end, whichever part of a response has the wrong type.</summary>
public sealed class SdkReaderTests
{
    private const int MaxDepth = 7;

    private static readonly string[] Damages = ["{}", "[]", "\"x\"", "5", "null", "[\"x\"]", "[5]", "[[]]", "[null]", """{"x":"x"}""", """{"x":[]}"""];

    private static readonly IWebResponseData Response = Mock.Of<IWebResponseData>();

    private static readonly JsonResponseUnmarshaller[] Readers =
    [
        .. typeof(AmazonDynamoDBClient).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(JsonResponseUnmarshaller)))
            .Select(type => (JsonResponseUnmarshaller)type.GetProperty("Instance")!.GetValue(null)!),
    ];

    private int _read;

    [Fact]
    public Task A_reader_of_a_response_ends() => Bounded.RunAsync(nameof(A_reader_of_a_response_ends), () =>
    {
        foreach (JsonResponseUnmarshaller reader in Readers)
        {
            Type type = TypeOf(reader.GetType().Name.Replace("Unmarshaller", "", StringComparison.Ordinal));
            foreach (string body in Damaged(type, MaxDepth))
                Read(reader, body, HttpStatusCode.OK);
        }

        _read.Should().BeGreaterThan(5_000);
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_reader_of_an_error_ends() => Bounded.RunAsync(nameof(A_reader_of_an_error_ends), () =>
    {
        var types = new HashSet<Type>();
        foreach (Type type in typeof(AmazonDynamoDBException).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(AmazonDynamoDBException))))
        {
            string code = type == typeof(RequestLimitExceededException) ? "RequestLimitExceeded" : type.Name;
            string name = $$"""{"__type":"{{code}}",""";
            if (Array.Find(Readers, each => Read(each, name + "\"x\":1}", HttpStatusCode.BadRequest)?.GetType() == type) is not { } reader)
                continue; // no operation of this client has it
            foreach (string body in Damaged(type, MaxDepth))
                Read(reader, name + body[1..], HttpStatusCode.BadRequest);
            types.Add(type);
        }

        types.Should().Contain([
            typeof(ConditionalCheckFailedException), typeof(TransactionCanceledException), typeof(ThrottlingException),
            typeof(ProvisionedThroughputExceededException), typeof(RequestLimitExceededException),
        ]);
        _read.Should().BeGreaterThan(500);
        return Task.CompletedTask;
    });

    private static Type TypeOf(string name) => typeof(GetItemResponse).Assembly.GetType($"{typeof(GetItemResponse).Namespace}.{name}", throwOnError: true)!;

    // Values of the type of which one part is something else.
    private static IEnumerable<string> Damaged(Type type, int depth)
    {
        if (depth == 0)
            return [];
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
            return [.. Damages, .. Damaged(type.GetGenericArguments()[0], depth - 1).Select(part => $"[{part}]")];
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            return [.. Damages, .. Damaged(type.GetGenericArguments()[1], depth - 1).Select(part => $$"""{"a":{{part}}}""")];
        return type.Namespace != typeof(GetItemResponse).Namespace || type.IsSubclassOf(typeof(ConstantClass))
            ? Damages
            : type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.DeclaringType == type)
                .SelectMany(property => Damaged(property.PropertyType, depth - 1).Select(part => $$"""{"{{property.Name}}":{{part}},"x":[{}]}"""))
                .Concat(Damages);
    }

    private AmazonServiceException? Read(JsonResponseUnmarshaller sdk, string body, HttpStatusCode status)
    {
        _read++;
        var reader = new CheckedUnmarshaller(sdk);
        var stream = new MemoryStream(Encoding.UTF8.GetBytes(body));
        bool isError = status != HttpStatusCode.OK;
        try
        {
            using UnmarshallerContext context = reader.CreateContext(
                Response, readEntireResponse: false, stream, new RequestMetrics(), isError, Mock.Of<IRequestContext>());
            if (isError)
                return reader.UnmarshallException(context, new IOException("as the test asked"), status);
            reader.Unmarshall(context);
        }
        catch (Exception damaged) when (damaged is AmazonUnmarshallingException or IOException)
        {
            Bounded.ShouldNotBeOutOfMemory(damaged);
        }

        return null;
    }
}
