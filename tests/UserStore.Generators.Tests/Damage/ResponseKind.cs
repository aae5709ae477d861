namespace UserStore.Generators.Tests.Damage;

/// <summary>The responses that have users.</summary>
public enum ResponseKind
{
    /// <summary>Of a read by key.</summary>
    Get,

    /// <summary>Of an update that returns the user.</summary>
    Update,

    /// <summary>Of a query or scan.</summary>
    Page,

    /// <summary>Of a batch of reads.</summary>
    Batch,

    /// <summary>Of a write whose condition failed.</summary>
    Refusal,
}

/// <summary>All kinds of responses.</summary>
public sealed class ResponseKinds : TheoryData<ResponseKind>
{
    public ResponseKinds()
    {
        foreach (ResponseKind kind in Enum.GetValues<ResponseKind>())
            Add(kind);
    }
}
