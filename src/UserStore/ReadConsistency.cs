namespace UserStore;

/// <summary>Specifies the consistency of a read.</summary>
public enum ReadConsistency
{
    /// <summary>May miss the latest writes for a moment. Costs half the read capacity. The default.</summary>
    Eventual,

    /// <summary>Sees every write that was answered before the read began.</summary>
    Strong,
}
