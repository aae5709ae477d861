namespace UserStore.TestKit;

/// <summary>A structure with a setter that the compiler does not show to other projects.</summary>
public class HalfHidden
{
    public string? Open { get; set; }

    public string? Hidden { get; private set; }
}
