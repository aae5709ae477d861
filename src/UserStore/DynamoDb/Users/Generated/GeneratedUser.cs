using UserStore.DynamoDb.Expressions;

namespace UserStore.DynamoDb.Users.Generated;

/// <summary>The attributes of a user as JSON: written once, and copied into each request.</summary>
/// <param name="values">The values, one after the other.</param>
/// <param name="ends">Where the value of each attribute ends; where the one before it ends if it has none.</param>
internal sealed class GeneratedUser(JsonBody values, int[] ends) : MappedUser
{
    private readonly ReadOnlyMemory<byte> _values = values.Written;

    public int Length => ends[^1];

    public override string? AddTo(ExpressionWriter writer, int attribute)
    {
        ReadOnlySpan<byte> value = ValueOf(attribute);
        return value.IsEmpty ? null : writer.Value(value);
    }

    /// <summary>Returns the value of an attribute as JSON; empty if there is none.</summary>
    public ReadOnlySpan<byte> ValueOf(int attribute)
    {
        ReadOnlySpan<byte> value = _values.Span[(attribute == 0 ? 0 : ends[attribute - 1])..ends[attribute]];
        return value is [(byte)',', ..] ? value[1..] : value; // which separates it from the one before
    }

    public override void Dispose() => values.Dispose();
}
