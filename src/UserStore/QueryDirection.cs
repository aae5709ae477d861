namespace UserStore;

/// <summary>Specifies the order of the sort key in which a query returns users.</summary>
public enum QueryDirection
{
    /// <summary>Smallest or oldest sort key first. The default.</summary>
    Ascending,

    /// <summary>Greatest or newest sort key first.</summary>
    Descending,
}
