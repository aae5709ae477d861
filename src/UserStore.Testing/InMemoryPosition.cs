using System.Text.Json;
using System.Text.Json.Serialization;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;

namespace UserStore.Testing;

/// <summary>Represents a position in an index from which a query can resume.</summary>
internal sealed record InMemoryPosition(StoredScalar? Sort, string Key)
{
    public string Write() => JsonSerializer.Serialize(this, InMemoryPositionContext.Default.InMemoryPosition);

    /// <exception cref="InvalidContinuationTokenException">The string was not written by <see cref="Write"/> for the index.</exception>
    public static InMemoryPosition Read(string position, MappedIndex index)
    {
        try
        {
            InMemoryPosition? read = JsonSerializer.Deserialize(position, InMemoryPositionContext.Default.InMemoryPosition);
            return read is not (null or { Sort: { Text: null } }) && read.Sort?.Kind == index.SortKey?.KeyKind() && read.Sort?.ViolatedRule() is null
                ? read
                : throw Forged();
        }
        catch (JsonException error)
        {
            throw Forged(error.WithoutText());
        }
    }

    private static InvalidContinuationTokenException Forged(Exception? error = null) => new("contains no key to resume from", error);
}

[JsonSourceGenerationOptions(
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(InMemoryPosition))]
internal sealed partial class InMemoryPositionContext : JsonSerializerContext;
