using System.Text.Json;
using System.Text.Json.Serialization;
using UserStore.Modeling;

namespace UserStore.Testing;

/// <summary>A place in an index, as text from which a query goes on.</summary>
internal sealed record InMemoryPosition(StoredScalar? Sort, string UserId)
{
    public string Write() => JsonSerializer.Serialize(this, InMemoryPositionContext.Default.InMemoryPosition);

    /// <exception cref="InvalidContinuationTokenException">The text was not written by <see cref="Write"/>.</exception>
    public static InMemoryPosition Read(string position)
    {
        try
        {
            return JsonSerializer.Deserialize(position, InMemoryPositionContext.Default.InMemoryPosition)!;
        }
        catch (JsonException rubbish)
        {
            throw new InvalidContinuationTokenException("holds no key to go on from", rubbish);
        }
    }
}

[JsonSourceGenerationOptions(
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(InMemoryPosition))]
internal sealed partial class InMemoryPositionContext : JsonSerializerContext;
